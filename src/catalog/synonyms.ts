/**
 * Ways of saying a word, separated by commas, by the word that stands for them all. A way may have several words;
 * inflected forms and articles need not be listed. A text is read from left to right, the longest way first.
 */
export const WORDS: Readonly<Record<string, string>> = {
  add: 'put, attach, include, insert, assign',
  admin: 'administrator',
  allorganizations:
    'all organizations, every organization, across organizations, across all organizations, all orgs, every org, across all orgs, all tenants, all teams, every tenant, whole app, whole instance, entire instance, everywhere in the app',
  allow: 'permit, let, authorize',
  allowlist: 'allow list, whitelist, white list, safelist',
  apikey: 'api key, developer key, access key',
  avatar: 'profile picture, profile photo, profile image, photo, picture, profile pic',
  backupcode: 'backup code, recovery code, emergency code',
  ban: 'suspend, deactivate, banish, shut out, throw out, boot',
  block: 'prevent, forbid, prohibit, deny, disallow, keep out, blocked',
  blocklist: 'block list, blacklist, black list, denylist, deny list',
  botdetection: 'bot detection, bot protection, captcha, turnstile, bot check',
  bulk: 'mass, many, several, batch, at once, in one go, in one call, whole list, multiple, csv, hundreds',
  certificate: 'cert, x509',
  compromised: 'leaked, breached, exposed, hacked, pwned, phished',
  count: 'how many, number of, total number, how much',
  create:
    'new, set up, setup, register, define, make new, provision, add a new, create a new, create new, hook up, establish, open new, spin up, build, introduce, start up',
  default: 'factory, original, standard, stock, out of the box',
  delete:
    'remove, erase, drop, wipe, get rid of, purge, destroy, take off, take away, dispose of, delete permanently, nuke, scrap, eliminate, trash, discard, take out, clear out, kill off, take off of',
  demote: 'downgrade to, strip of',
  development: 'dev instance, staging',
  disable: 'turn off, switch off, pause',
  discount: 'coupon, voucher, promo code, rebate, price reduction, percent off, percentage off',
  disposable: 'throwaway, temporary mail, temp mail, temporary email, mailinator, burner, throw away',
  domain: 'hostname, website, site',
  e2e: 'end to end, playwright, cypress, automated test, automated browser test, browser test, integration test, test suite, test automation, ci pipeline',
  email: 'e mail, mail address, email address, mail, inbox, mailbox',
  enable: 'turn on, switch on, activate',
  extend: 'prolong, longer, make longer',
  externalaccount:
    'external account, social account, linked account, connected account, google account, facebook account, github account, apple account, social connection',
  find: 'search, look up, lookup, look for, locate, pull up',
  get: 'see, view, look at, inspect, details, info, information, read, fetch, retrieve, display, record of, show details, get details, tell about, info about, information about',
  grant: 'give',
  idp: 'identity provider, okta, azure ad, entra, google workspace, onelogin, adfs',
  impersonate:
    'act as, act on behalf of, log in as, login as, sign in as, logged in as, signed in as, pretend to be, impersonation, become the user, see the app as, see what the user sees, view as',
  invite: 'invitation, invite mail',
  invoice: 'bill, statement, billing statement, receipt',
  list: 'list all, show all, show every, overview, enumerate, browse, find all, every, list of',
  lock: 'freeze, hold, put on hold',
  logo: 'icon, brand image, emblem',
  lost: 'stolen, missing',
  m2m: 'machine to machine, service to service, server to server',
  machine: 'service, microservice, backend service',
  magiclink:
    'magic link, magic sign in link, one time login link, one time link, one time sign in link, passwordless link, passwordless login link, login link, sign in link, login url, sign in url, passwordless login url, sign in ticket, instant login link',
  maximum: 'max, at most, limit, cap, ceiling',
  member: 'membership, teammate, colleague',
  metadata:
    'meta data, custom data, custom attribute, custom field, custom flag, custom property, extra data, additional data, arbitrary data',
  mfa: '2fa, two factor, two factor authentication, second factor, multi factor, 2 factor, two step, multifactor',
  not: 'isnt, dont, doesnt, cant, cannot, no longer, never',
  oauthapp: 'oauth application, oauth app, oauth client, oidc client, third party app',
  offboard: 'left the company, left our company, has left, leaver, quit, fired, laid off, no longer works, dismissed, resigned',
  organization:
    'org, organisation, team, workspace, tenant, company, company account, customer organization, orgs, group of users, b2b customer, business customer, corporate customer, our companies, corp, ltd, gmbh',
  passkey: 'webauthn, security key, yubikey, fido, face id, touch id, biometric, fingerprint, hardware key',
  password: 'pw, pwd, passwd, passphrase, credentials, login credentials, login password',
  pay: 'paying, paid, charge, payment',
  permanently: 'for good, forever, irreversibly',
  permission: 'privilege, entitlement',
  phone:
    'phone number, mobile, mobile number, cell, cellphone, telephone, cell phone, number for sms, sms number, cell number, telephone number',
  plan: 'tier, package, pricing plan, subscription plan',
  privacy: 'gdpr, ccpa, dsgvo, data protection, right to be forgotten, personal data, data subject request, right to erasure',
  production: 'prod, live instance, live environment',
  promote: 'upgrade to, elevate to, elevate',
  reject: 'turn down, refuse, decline',
  replace: 'overwrite, swap, substitute, exchange',
  resend: 'send again, re send, send once more',
  revoke: 'cancel, withdraw, invalidate, void, take back, call off, rescind, retract, terminate, recall, nullify, kill',
  roleset: 'role set, set of roles',
  rotate: 'roll, renew, regenerate, cycle',
  scim: 'directory sync, user provisioning, automatic provisioning, deprovisioning, user sync',
  sender: 'from address, from email, sender address, sender name',
  setting: 'settings, config, configuration, preferences',
  signin: 'sign in, log in, login, logon, log on, sign on',
  signout: 'sign out, log out, logout, log off, logoff, logged out, signed out',
  signup: 'sign up, sign-up, registration, self registration',
  sms: 'text message, text messages',
  sso: 'single sign on, enterprise sso, enterprise login, federated login',
  subscription: 'subscriptions, subscribed, bought, purchased',
  tag: 'label, flag',
  totp: 'authenticator, authenticator app, google authenticator, authy, one time code app, authenticator code, auth app, otp app, otp',
  trial: 'free trial, trial period, test period',
  unban:
    'unsuspend, un suspend, un ban, lift ban, lift the ban, lift suspension, lift the suspension, reactivate, reinstate, let back in, allow back in, restore access, remove ban, remove suspension, undo ban, banned by mistake, undo suspension, revert ban, reverse ban',
  unblock: 'unblacklist, un block, unblocklist',
  undo: 'revert, roll back, reverse',
  unlink: 'disconnect, detach, unbind',
  unlock: 'unfreeze, un lock, remove lock, lift lock, undo lock, get back in',
  update:
    'change, edit, modify, rename, set, alter, adjust, correct, fix, change details, edit details, update details, customize, customise, tweak, reword, personalize, amend, shorten, lengthen, raise, lower, increase, decrease, bump, translate',
  upload: 'attach image',
  url: 'uri',
  user: 'customer, person, people, account, employee, human, somebody, someone, end user, user account, subscriber, client account, intern, contractor, staff, staff member, new hire, guy, individual, anyone, anybody, everyone, everybody',
  verify: 'check, validate, test, confirm, prove, is valid, is correct',
  waitlist: 'waiting list, wait list, waitlist entry, queue of applicants, waitlisted',
  wallet: 'metamask, web3 wallet, crypto wallet, coinbase wallet, ethereum wallet, ethereum address',
  what: 'which, what are, which are',
};

/** What people say when they want an operation, by the operation's name: phrases separated by commas. */
export const SYNONYMS: Readonly<Record<string, string>> = {
  ActorTokens_createToken:
    'impersonate a user, log in as a customer, act on behalf of somebody, support sees what the customer sees, debug as the user, ghost login, become another user, user impersonation link, assume identity, reproduce a problem in their account, see the app the way the customer sees it, look at the account through the eyes of the user, support login into a user account, debug a customer issue in their account, shadow a user, troubleshoot as the user, view app as a user',
  ActorTokens_revokeToken: 'stop impersonation, end impersonating, cancel actor token, invalidate impersonation link',

  AdminPortalLinkTokens_createToken:
    'admin portal link, self-serve sso setup link, link for the IT admin of the customer, let the customer configure sso themselves, setup link for it contact, customer configures sso on their own, send setup link to customer admin',
  AdminPortalLinkTokens_revokeToken: 'revoke admin portal link, cancel the sso setup link, invalidate portal link for it admin',

  AgentTasks_createTask:
    'ai agent acts for a user, agent task, let a bot work as a user, agent session on behalf of, browser agent login, let an ai agent do something for a user, delegate to an agent',
  AgentTasks_revokeTask: 'cancel agent task, stop an ai agent, call off what an agent does, end agent session',

  AllowlistBlocklist_listAllowedIdentifiers:
    'show allowlist, who may sign up, whitelisted emails and domains, what is allowed to register, entries of the allowlist',
  AllowlistBlocklist_addIdentifierToAllowList:
    'whitelist an email or domain, add to allowlist, allow a domain to sign up, only our company domain may register, let addresses of a domain in, permit sign up, allow an email, let an email domain sign up, whitelist a phone number, private app only for certain emails',
  AllowlistBlocklist_deleteIdentifier:
    'remove from allowlist, unwhitelist, take off whitelist, no longer allowed to sign up, delete allowlist entry, remove from whitelist, stop allowing a domain, take an address off the allowlist, take a domain off the allowlist',
  AllowlistBlocklist_listBlockedIdentifiers:
    'show blocklist, blacklisted emails, blocked addresses and domains, who is kept out, what is blocked, entries of the blocklist',
  AllowlistBlocklist_addIdentifier:
    'blacklist an email or domain, add to blocklist, block an email address, block a domain from signing up, keep spammers out, deny sign up, block an email, block a domain, blocklist a phone number, stop spam sign ups from a domain, prevent registration from a domain, keep someone from signing up, stop a domain from registering, stop addresses from registering, keep a domain out',
  AllowlistBlocklist_deleteIdentifierFromBlocklist:
    'remove from blocklist, unblock an email or domain, take off blacklist, delete blocklist entry, allow a blocked address again, unblock an email, unblock a domain, allow sign up again',

  ApiKeys_list: 'list api keys, which api keys does a user or organization have, which api keys exist, show api keys',
  ApiKeys_createKey:
    'create api key, generate api key, issue an api key for a user or organization, new developer key, make a key so a customer can use our api, new api key, developer needs an api token',
  ApiKeys_verifyKey:
    'check api key, is this api key valid, authenticate a request by api key, validate key secret, who does an api key belong to',
  ApiKeys_deleteById: 'delete api key permanently, erase api key record',
  ApiKeys_getById: 'get api key by id, api key details, when does the api key expire, look at an api key',
  ApiKeys_updateKey:
    'change api key scopes, edit api key claims or description, extend api key, rename or describe an api key, restrict an api key',
  ApiKeys_revokeKey:
    'revoke api key, api key leaked, disable api key, block an api key, invalidate exposed key, kill an api key, stop an api key from working',
  ApiKeys_getSecret: 'read api key secret, reveal api key, show the secret value of an api key',

  BetaFeatures_updateProductionInstanceDomain: 'change production domain, old beta endpoint for the production domain',
  BetaFeatures_updateInstanceSettings:
    'mail sender address, from address of emails, progressive sign up, restrict to allowlist beta, beta settings, turn on test mode, from email of system mails, emails come from another sender, change sender of emails, noreply address',
  BetaFeatures_updateInstanceDomain:
    'change production domain, move production to another domain, new home url of the instance, switch the app to a new domain, rebrand domain, change our domain, production goes to a new domain, switch production domain, go live on another domain',

  Billing_listPlans:
    'pricing plans, list plans, what tiers do we sell, plans on offer, subscription tiers, which plans are there, show plans',
  Billing_listPrices: 'list prices, prices of a plan, what does a plan cost, show prices, how much does a plan cost',
  Billing_createPrice:
    'custom price, add a price to a plan, special price for a deal, new price, create price, define a price, negotiated price',
  Billing_listStatements:
    'invoices, list bills, billing statements, billing history, show invoices of a customer, all invoices, past bills',
  Billing_getStatement: 'one invoice, statement details, show a billing statement, look at an invoice, what is on the bill',
  Billing_listPaymentAttempts:
    'failed payments, card declined, payment attempts of a statement, why did a charge fail, was it paid, payment declined, credit card declined, payment history of an invoice, was the charge successful',
  Billing_listSubscriptionItems:
    'who is subscribed, subscribers of a plan, list subscriptions, paying customers, active subscriptions, who is on a plan, who is paying us, list paying customers, subscriptions of all customers, trialing customers, past due subscriptions',
  Billing_cancelSubscriptionItem:
    'cancel subscription, stop paying, unsubscribe a customer, end a plan, downgrade to free, terminate subscription, end subscription immediately, customer wants to cancel, churn, stop billing a customer',
  Billing_applyDiscount:
    'apply discount, give a discount or coupon, reduce the price, promo code on a subscription, apply coupon, make it cheaper, percent off a subscription',
  Billing_removeDiscount: 'remove discount, take away a coupon, end the discount',
  Billing_extendFreeTrial:
    'extend trial, longer free trial, more trial days or weeks, prolong trial, extend free trial, give more time to try, trial ends later',
  Billing_createPriceTransition:
    'move a subscription to another price, change price of a subscriber, migrate to new price, price transition, upgrade or downgrade a subscription, change what a customer pays, switch to annual price',

  Clients_listSortedByCreationDate: 'list clients, all browsers and devices, which browsers connected',
  Clients_verifyClientToken: 'verify client token, check the __client cookie, who does a client token belong to, client jwt',
  Clients_getDetails: 'get client, browser or device behind a client id, sessions of a client, look at a client',

  Commerce_listPlans: 'commerce plans',
  Commerce_listSubscriptionItems: 'commerce subscription items',
  Commerce_cancelSubscriptionItem: 'cancel commerce subscription item',

  Directories_list: 'list directories, directory sync, which customers have provisioning',
  Directories_createDirectory:
    'set up directory sync, user provisioning, connect a directory, sync users from okta or entra, automatic provisioning from an idp',
  Directories_deleteById: 'delete directory, remove directory sync, stop provisioning, stop syncing users, remove scim',
  Directories_getById: 'show directory, directory details',
  Directories_updateDirectory:
    'edit directory, enable or disable directory sync, pause provisioning, attribute mapping, change attribute mapping, stop syncing for now',
  Directories_listGroupRoleMappings: 'which groups map to which roles, list group role mappings',
  Directories_createGroupRoleMapping: 'map an idp group to a role, give a group a role, add group role mapping',
  Directories_replaceGroupRoleMappings: 'replace all group role mappings, overwrite mappings',
  Directories_deleteGroupRoleMapping: 'delete group role mapping, unmap a group from a role',
  Directories_rotateApiKey: 'rotate directory api key, new directory token, renew provisioning token',

  Domains_getAllDomains:
    'list domains, primary and satellite domains, dns records to set, cname targets, which domains does the app run on, list satellite domains, which domains are there, show domains, cname records',
  Domains_addSatelliteDomain:
    'add satellite domain, share login across sites, second website with the same login, multi domain sign in, another domain of ours, add second domain, share sessions across domains, same login on another domain, new domain for the app',
  Domains_deleteSatelliteDomain:
    'remove satellite domain, second site is gone, stop sharing login with a website, delete domain, drop a domain',
  Domains_updateDomain:
    'rename domain, set proxy url of a domain, change domain, use a proxy for a domain, edit domain, put a proxy in front of clerk',

  EmailAddresses_createNewAddress:
    'add an email to a user, second email address, additional email, new work email for a user, change the email of a user, add email address, another email for an account, attach an email to an account, link another email to a user',
  EmailAddresses_deleteById:
    'remove email from a user, delete old email address, take an email off an account, drop email address',
  EmailAddresses_getDetails: 'email address by id, is this email verified, idn_ email record',
  EmailAddresses_updateAddress:
    'mark email as verified, verify email manually, make email primary, primary email address, skip email verification, trust an email without a code, verified without a code, set primary email, change primary email, mark unverified',
  EmailAddresses_attemptVerification: 'submit email code, enter the code from the email, check email verification code',
  EmailAddresses_prepareVerification: 'send email verification code, resend verification email, email a code again',
  EmailAddresses_replaceForUser:
    'replace email of a user, swap email address, switch to a different email, change email of a user, new email instead of the old one, wrong email address on an account',

  EmailSmsTemplates_listSortedByPosition:
    'list email templates, sms templates, which mails and texts are sent, message templates, show email templates, which emails does clerk send',
  EmailSmsTemplates_getTemplateDetails:
    'show an email template, get sms template, text of a template, see the text of an email, template of the invitation email',
  EmailSmsTemplates_updateTemplateByTypeAndSlug:
    'edit email text, change subject line, change sms wording, customize the mail, reword the invitation email, edit template body, customize password reset email, change the text of an email, branding of emails, translate emails, edit sms message, change magic link email, translate the email, translate the sign in code email, translate an email to another language',
  EmailSmsTemplates_previewTemplate:
    'preview email template, how does the mail look, render template, try a template before saving, render an email, see how an email looks',
  EmailSmsTemplates_revertTemplate:
    'restore default template, undo template changes, reset email to the original, go back to the standard text, reset template to default, restore original email, default wording of a template',
  EmailSmsTemplates_toggleDeliveryByTypeAndSlug:
    'send the email ourselves, turn off delivery by clerk, use our own mail provider, stop clerk from sending a template, deliver through our webhook, disable delivery of an email, send it with sendgrid, own email delivery, stop sending an email',

  EnterpriseConnections_list:
    'list sso connections, enterprise connections, who has saml or oidc, which customers use sso, which customers have saml or oidc, all sso connections, which organizations have sso',
  EnterpriseConnections_createConnection:
    'set up sso, saml connection, oidc connection, enterprise connection, connect an idp, single sign on for a customer with okta or azure ad or google workspace, enable sso for an organization, onboard enterprise client with entra id, enterprise customer wants sso, okta login, add saml, google workspace login for a company, new sso connection',
  EnterpriseConnections_deleteById:
    'delete sso connection, remove saml, remove enterprise connection, remove saml configuration, delete old sso',
  EnterpriseConnections_getById:
    'show sso connection, sso configuration, enterprise connection details, get saml settings, look at a saml connection, is sso active',
  EnterpriseConnections_updateConnection:
    'change sso settings, new idp certificate, certificate expires, turn sso off or on, activate connection, edit saml or oidc configuration, renew idp certificate, idp certificate rotates, okta certificate changed, disable sso, enable sso, change sso domain, deactivate connection',
  EnterpriseConnections_listTestRuns: 'results of sso tests, list test runs of a connection',
  EnterpriseConnections_createTestRun:
    'test sso, try the sso login, start a test run of a connection, verify the sso setup, does sso work, test the sso login, test the sso of a customer',

  InstanceSettings_updateInstanceSettings:
    'support email, allowed origins, browser extension or native app origin, leaked password check, haveibeenpwned, hibp, breached password protection, test mode, clerk js version, development origin, cookieless dev, instance settings, update instance settings, reject compromised passwords, change support address, cors origins, enable test mode, enable compromised password check, app settings',
  InstanceSettings_updateOrganizationSettings:
    'enable organizations, turn organizations feature on or off, default maximum members, member limit for all organizations, admins may delete their organization, creator role, organization slugs, verified domains feature, default maximum members of new organizations, enable or disable organizations, disable organizations, let users create organizations, rules for all organizations, who can create an organization, let users make organizations, let users make their own organizations',
  InstanceSettings_updateRestrictions:
    'block disposable emails, throwaway addresses, temporary mail providers, plus addresses, subaddresses, turn on allowlist, turn on blocklist, restrict sign up to allowlist, sign up restrictions, prevent disposable email sign ups, enable or disable allowlist, enable or disable blocklist, invite only sign up, restricted sign up mode, close public sign up, disposable email protection',
  InstanceSettings_getInstance:
    'instance settings, development or production, environment type, get instance, what are the instance settings, show instance, instance id, which environment',
  InstanceSettings_getCommunication: 'which countries are blocked for sms, communication settings',
  InstanceSettings_updateCommunication:
    'block sms to countries, blocked country codes, stop texts to a country, sms pumping fraud, toll fraud, allow sms to a country, disable sms for countries, sms fraud',
  InstanceSettings_getOAuthApplicationSettings: 'oauth application settings, is dynamic client registration on',
  InstanceSettings_updateOAuthApplicationSettings:
    'dynamic client registration, let mcp clients register, default oauth scopes, jwt access tokens for oauth, enable dynamic oauth client registration',
  InstanceSettings_getOrganizationSettings:
    'organization settings, are organizations enabled, default member limit, get organization settings of the instance',
  InstanceSettings_getProtect:
    'bot protection settings, protect status, fraud protection, are protect rules on, is botdetection on',
  InstanceSettings_updateProtect:
    'turn on protect rules, bot protection on or off, enable fraud protection, specter, enable botdetection, disable botdetection',

  Invitations_listAllNonRevoked:
    'list invitations, pending app invites, who was invited to the application, open invitations, accepted invitations, who has been invited, invites sent so far, which invitations were accepted, unaccepted invites',
  Invitations_createNewInvitation:
    'invite a user to the app, send sign up invitation, invite someone by email, invite beta testers, mail an invite link, resend invitation, ask someone to sign up, invite a person, invite a customer, resend an invite to sign up, private beta invite, invitation by email, mail so that somebody can register, sign up link for a customer, mail so that a client can register',
  Invitations_revokeInvitation:
    'cancel invitation, revoke app invite, take back invitation to sign up, invited the wrong person, cancel invite, invalidate invitation',
  Invitations_deleteById:
    'erase an invitation, delete an invitation for good, purge an app invite, remove an old invitation, delete the invitation mail, gdpr erasure of an invitation',
  Invitations_bulkCreateAndSend:
    'invite many people to the app, bulk invitations, invite a list of emails, mass invite, import and invite',

  Jwks_getJsonWebKeySet:
    'jwks, json web key set, public keys, signing keys, verify session tokens, networkless verification, pem key, keys to validate jwts, public key of the instance, verify jwt signature',

  JwtTemplates_listAllTemplates:
    'list jwt templates, custom tokens, which token templates exist, which custom tokens exist, show jwt templates, show token templates',
  JwtTemplates_createTemplate:
    'create jwt template, custom claims, token template for supabase, hasura, firebase, convex, new custom token format, jwt for another service, define token claims, add jwt template, jwt template for an integration',
  JwtTemplates_deleteTemplateById: 'delete jwt template, remove token template',
  JwtTemplates_getTemplateDetails:
    'get jwt template, claims of a jwt template, which claims does the token have, show a jwt template, lifetime of a jwt template',
  JwtTemplates_updateTemplateById:
    'edit jwt template, add a claim to a template, change token lifetime, change claims, signing key of a template, change jwt claims, add role to jwt, edit token template, put organization role into the token, change a jwt template, shorten or lengthen token lifetime, add to the claims of a jwt template',

  M2mTokens_list: 'list m2m tokens, tokens of a machine',
  M2mTokens_createToken:
    'create m2m token, token for service to service calls, machine token, backend to backend authentication, service must authenticate to another service, backend job needs a token, mint machine token',
  M2mTokens_verifyToken: 'verify m2m token, is this machine token valid, validate machine to machine token',
  M2mTokens_revokeToken: 'revoke m2m token, invalidate machine token',

  Machines_list: 'list machines, all services and backends',
  Machines_createMachine:
    'create machine, register a service, new microservice, add a backend service, add a machine, backend service identity',
  Machines_deleteById: 'delete machine, decommission a service',
  Machines_getById: 'get machine, machine details',
  Machines_updateMachine: 'rename machine, change machine settings, default token lifetime of a machine',
  Machines_createScope:
    'allow a machine to talk to another, let a service call another service, grant access between machines, connect machines, service may call another service, let services talk to each other',
  Machines_deleteScope:
    'stop a machine from talking to another, remove access between services, disconnect machines, stop a machine from calling another machine',
  Machines_getSecretKey: 'show machine secret key, reveal secret of a machine',
  Machines_rotateSecretKey:
    'rotate machine secret key, machine secret leaked or exposed, new secret key for a machine, machine key compromised, replace machine secret, new credentials for a machine, new key for a machine, change the secret of a machine',

  Miscellaneous_getInterstitialMarkup: 'interstitial page, html markup of the loading page, handshake page',

  OAuthAccessTokens_verifyToken: 'verify oauth access token, introspect token, is this access token valid, token introspection',

  OAuthApplications_listSortedByDescendingCreationDate:
    'list oauth applications, third party apps, apps that sign in with us, oauth clients, which third party apps use our login',
  OAuthApplications_createNewApplication:
    'create oauth application, register oauth client, be an identity provider, sign in with our app for partners, oidc provider, new client id, third party app wants login with our accounts, sign in with us for another app, we are the oauth provider, add an oauth app, let another app sign in our users',
  OAuthApplications_deleteById:
    'delete oauth application, remove oauth client, cut off a third party app, remove a third party app, stop an app from signing in with us',
  OAuthApplications_getById: 'get oauth application, oauth client details, client id and endpoints',
  OAuthApplications_updateApplication:
    'edit oauth application, callback url, redirect uris of an oauth client, consent screen, scopes, pkce, public client, change oauth app settings, redirect uri of an oauth application, scopes of an oauth application, rename oauth app',
  OAuthApplications_rotateSecret:
    'rotate client secret, oauth secret leaked, new client secret, reset oauth client secret, new secret for an oauth client, oauth secret compromised, regenerate oauth secret',
  OAuthApplications_uploadLogo: 'logo of an oauth application, icon of the oauth app, image on the consent screen',
  OAuthApplications_revokeToken:
    'revoke oauth token, invalidate access token or refresh token of an oauth application, invalidate oauth token, log a user out of a third party app, oauth access token compromised',

  OrganizationDomains_listForInstance:
    'domains of all organizations, which organization has a domain, find the organization by domain, across all organizations, which organization owns a domain',
  OrganizationDomains_list: 'domains of an organization, verified domains of an organization, list organization domains',
  OrganizationDomains_createDomain:
    'add a domain to an organization, verified domain for auto join, company email domain for an organization, claim a domain for an organization, link an email domain to an organization',
  OrganizationDomains_deleteById: 'delete domain from an organization, remove organization domain',
  OrganizationDomains_updateDomain:
    'enrollment mode, join automatically by email domain, auto join, mark organization domain verified, automatic invitation or suggestion, enable auto join by email domain, people with the domain join by themselves',
  OrganizationDomains_verifyOwnership:
    'verify domain ownership, dns txt record, prove an organization owns a domain, dns proof of domain ownership, verify organization domain',

  OrganizationInvitations_list:
    'invitations of an organization, who was invited to the team, pending organization invites, not accepted yet, who is invited to our organization, open invites of a team, expired or revoked organization invitations',
  OrganizationInvitations_createAndSend:
    'invite someone to an organization, send a team invite, ask a colleague to join the team, invite as admin, invite by email into a workspace, invite to organization, invite a member, resend organization invite, invite people to the team by email, add someone by email to a team, send an invitation to join the company',
  OrganizationInvitations_bulkCreateAndSend:
    'invite many people to an organization, bulk team invites, several organization invitations at once, invite the whole department, invite a list of emails to a team',
  OrganizationInvitations_listPending: 'pending organization invitations, open team invites',
  OrganizationInvitations_getById:
    'one organization invitation, status of an organization invitation, orginv, look at an organization invite, has the organization invitation been accepted',
  OrganizationInvitations_revokeInvitation:
    'cancel organization invitation, withdraw team invite, revoke invite to a workspace, cancel team invite, delete organization invite, invited the wrong person to the organization',
  OrganizationInvitations_listForInstance:
    'organization invitations of the whole instance, all organization invites everywhere, across all organizations, whole app',

  OrganizationMemberships_getAllMembers:
    'list members, who is in the organization, team members, who are the admins, people of a workspace, who works there, list members of an organization, people in a company, show the members, member list, owners of an organization, how many members, which role does someone have in an organization, everyone in an organization, everyone in the organization, everyone in a team, who is in an organization, who is in the company',
  OrganizationMemberships_addUserToOrganization:
    'add a user to an organization, put someone in a team, join a user to a workspace, add member, let a user into a workspace, assign someone to a team, add an existing user to a company, give a user access to an organization, user should be a member of an organization, make someone a member, add someone to a team, add to the team, be a member from now on, member of an organization from now on',
  OrganizationMemberships_removeUserFromOrganization:
    'remove a user from an organization, kick a member out of the team, left the company, offboard, fired, no longer works there, revoke access to a workspace, offboard someone from a team, remove member, delete membership, throw someone out of an organization, remove employee from company, take someone off a team, employee fired remove from organization, moved to another company, switched jobs, no longer part of the organization',
  OrganizationMemberships_updateMembershipProperties:
    'change role of a member, make someone an admin, promote to admin, demote to member, take admin rights away, give admin rights, switch role, strip admin rights, give someone the admin role in an organization, make someone owner, downgrade to member, set role of a user in an organization, remove admin role from a member',
  OrganizationMemberships_updateMembershipMetadata:
    'metadata of a membership, custom data on a member of an organization, department or title of a member, job title of a member, update membership metadata, attach data to a membership',
  OrganizationMemberships_listForInstance:
    'all memberships of the instance, memberships across all organizations, every member everywhere',

  OrganizationPermissions_list: 'list permissions, which permissions exist, show permissions',
  OrganizationPermissions_createPermission: 'create permission, define a new permission key, custom permission, add a permission',
  OrganizationPermissions_deleteById: 'delete permission, permission no longer used',
  OrganizationPermissions_getById: 'get permission, permission details, show a permission, look at a permission',
  OrganizationPermissions_updatePermission: 'edit permission, rename permission, description of a permission',

  OrganizationRoles_list: 'list roles, which roles exist, show roles, roles available',
  OrganizationRoles_createRole: 'create role, custom role, new role, add a role, define a role like viewer or editor',
  OrganizationRoles_deleteById: 'delete role, remove custom role',
  OrganizationRoles_getById:
    'get role, what may a role do, permissions of a role, role details, what is a role allowed to do, which permissions does a role have',
  OrganizationRoles_updateRole: 'edit role, rename role, change role name or permissions',
  OrganizationRoles_removePermission:
    'take a permission from a role, remove permission from role, role may no longer do something, role should not be able to do something',
  OrganizationRoles_assignPermission:
    'give a role a permission, grant permission to role, allow a role to do something, assign permission, give a role the permission to read, let a role do something, add permission to role, let people with a role do more, let a role delete something, let managers do something, allow editors to do something',

  Organizations_listSortedByCreationDate:
    'list organizations, which organizations are there, org called, find an organization by name, all tenants, search workspaces, biggest organizations, members count, what tenants exist, search organizations, how many organizations do we have, show customers that are companies, newest organizations',
  Organizations_createNewOrganization:
    'create organization, new workspace, new tenant, set up a team, onboard a company, open a workspace for a company, onboard a new company, add an organization, organization for a customer',
  Organizations_deleteOrganization:
    'delete organization, customer churned, erase a workspace, tenant is gone, close company account, close down a tenant, remove an organization, shut down a workspace, delete a whole organization',
  Organizations_getByIdOrSlug:
    'get organization, organization by id or slug, organization details, org_ info, show an organization, look at a company, when was an organization created, how many members has an organization',
  Organizations_updateOrganization:
    'rename organization, change slug, seat limit, maximum members of an organization, edit workspace name, more seats, change organization name, company was renamed, change member limit, more members allowed, organization settings of one organization, change the member cap of an organization, allow more people in an organization',
  Organizations_removeLogo: 'remove organization logo, delete company logo, remove picture of an organization, drop the logo',
  Organizations_updateOrganizationLogo:
    'upload organization logo, set company logo, brand image, change team icon, change picture of an organization, company branding, new logo',
  Organizations_mergeOrganizationMetadata:
    'set organization metadata, custom data on an organization, store plan or stripe id on an organization, tag an organization, remember something about an organization, add a field to an organization, attach data to an organization, mark an organization as beta customer, update organization metadata, save an id with an organization, label an organization',
  Organizations_getBillingCreditBalance: 'credit balance of an organization, how much credit has a company',
  Organizations_adjustBillingCreditBalance:
    'add credits to an organization, deduct credit from a company, goodwill credit, refund an organization with credits, compensate a company, adjust credit balance of an organization',
  Organizations_getBillingSubscription:
    'subscription of an organization, plan of an organization, what does a company pay for, which plan is an organization on, is a company a paying customer, billing of an organization, which plan is a company paying for',
  Organizations_replaceOrganizationMetadata: 'replace organization metadata, overwrite all organization metadata',

  PhoneNumbers_createNewPhoneNumber:
    'add a phone number to a user, new mobile number, attach a phone to an account, register a phone number',
  PhoneNumbers_deletePhoneNumberById:
    'remove phone number, delete old mobile number, remove phone from a user, take a phone number off an account',
  PhoneNumbers_getDetails: 'phone number by id, is this phone verified, phone number record, details of a phone number',
  PhoneNumbers_updateDetails:
    'mark phone verified, make phone primary, use phone for sms second factor, verify phone manually, reserve for mfa, set primary phone, stop using a phone for mfa',
  PhoneNumbers_attemptVerification: 'submit sms code, check sms code, enter the code from the text message',
  PhoneNumbers_prepareVerification: 'send sms verification code, text a code to a phone, resend sms code',
  PhoneNumbers_replaceForUser:
    'replace phone number of a user, swap phone number, changed phone number, change phone number of a user, new phone instead of the old one',

  ProxyChecks_verifyProxyConfiguration:
    'check proxy, is the proxy configured right, test proxy url, reverse proxy for the frontend api, nginx, does the proxy work, verify proxy, validate proxy setup, proxy health',

  RedirectUrLs_listAll:
    'list redirect urls, allowed redirects, mobile app redirects, deep links, which redirects are allowed, show redirect urls',
  RedirectUrLs_createNewUrl:
    'whitelist redirect url, allow a redirect, add redirect uri for mobile or expo app, deep link, add redirect url, allow redirect for ios or android app, native app oauth redirect, register redirect uri',
  RedirectUrLs_removeById:
    'delete redirect url, remove allowed redirect, open redirect, remove a redirect, disallow a redirect url, delete redirect uri, delete an allowed redirect uri',
  RedirectUrLs_getById: 'get redirect url, one redirect url by id',

  RoleSets_list: 'list role sets',
  RoleSets_createRoleSet:
    'create role set, new role set, group roles for some organizations, make a role set, role set for some customers',
  RoleSets_getByKeyOrId: 'get role set, which roles are in a role set',
  RoleSets_updateRoleSet: 'edit role set, rename role set, default role or creator role of a role set',
  RoleSets_replaceRoleSet: 'replace a role set, move organizations to another role set, migrate role set',
  RoleSets_addRoles:
    'add roles to a role set, make a role available in an organization, offer a role to organizations, let organizations use a role, add a role to a role set',
  RoleSets_replaceRole: 'replace a role in a role set, swap roles inside a role set',

  SamlConnectionsBeta_getList:
    'list saml connections, sso connections, which customers have sso, all sso connections, which customers have saml',
  SamlConnectionsBeta_createNewConnection:
    'set up saml sso, new saml connection, connect an idp, single sign on for a customer with okta or azure ad or google workspace, enable sso, enterprise customer wants sso, okta login, add saml, new sso connection',
  SamlConnectionsBeta_deleteConnectionById: 'delete saml connection, remove sso, remove saml configuration, delete old sso',
  SamlConnectionsBeta_getById:
    'get saml connection, sso configuration, acs url and sp entity id, look at a saml connection, is sso active',
  SamlConnectionsBeta_updateConnectionById:
    'change saml settings, new idp certificate, certificate expires, turn sso off or on, activate saml connection, edit sso configuration, renew idp certificate, idp certificate rotates, disable sso, enable sso',

  ScimDirectories_list: 'list scim directories',
  ScimDirectories_createDirectory:
    'set up scim, scim provisioning, user provisioning with scim, connect scim directory, sync users from okta or entra, automatic provisioning from an idp',
  ScimDirectories_deleteById: 'delete scim directory, remove scim provisioning',
  ScimDirectories_getById: 'show scim directory, scim details',
  ScimDirectories_updateDirectory: 'edit scim directory, enable or disable scim, pause scim',
  ScimDirectories_listGroupRoleMappings: 'list scim group role mappings, scim groups and roles',
  ScimDirectories_createGroupRoleMapping: 'map a scim group to a role',
  ScimDirectories_replaceGroupRoleMappings: 'replace scim group role mappings',
  ScimDirectories_deleteGroupRoleMapping: 'delete scim group role mapping',
  ScimDirectories_rotateApiKey:
    'rotate scim token, new scim bearer token, scim api key, rotate scim api key, okta scim token expires',

  Sessions_listSortedByCreationDate:
    'list sessions, active sessions of a user, where is someone logged in, which devices are signed in, login history, recent logins, who is online, which sessions are open, show sessions of a user, sign in history, on which devices is a user signed in, when did a user sign in, is someone using the account',
  Sessions_getDetails:
    'get session, is a session still active, session status, sess_ details, when does the session expire, look at a session, is the session still valid, who does a session belong to',
  Sessions_revokeSession:
    'log out, sign out everywhere, log out all devices, kick out everywhere, end session, force logout, terminate session, kill session, stolen device sign out, sign out remotely, hacked account sign out, get someone out of the account right now, invalidate a session, remove active login, throw a user off a device, sign a user out, log a user out, terminate all logins, end all logins of a user, close all sessions, sign out of every device, sign out on a stolen laptop, end the session on a lost device',
  Sessions_createSessionTokenFromTemplate:
    'session jwt from a template, mint custom token, hasura or supabase token for a session, token with custom claims for a session, token from a jwt template, token for supabase, token for hasura, token for convex or firebase, get a jwt from a template for a session, session token from a jwt template',
  Sessions_getReverification:
    'reverification, step up authentication, did the user prove who they are again, was the password asked for again, check a reverification id, sudo mode',
  Sessions_verifySession: 'verify session, verify a session with its token, check session token',
  Sessions_createSession:
    'create session, start a session for a user, session for automated tests, sign a user in from the backend, session for a test user',
  Sessions_refreshSession:
    'refresh session, renew an expired session, refresh token, session expired, extend a session, swap refresh token',
  Sessions_createSessionToken:
    'new session token, session jwt, mint a session token, get a jwt for a session, backend session token',

  SigninTokens_createToken:
    'magic link, one-time login link, sign in without password, passwordless link, login link for a user, auto login, let someone in without password, sign-in ticket, magiclink, send a login link, sign in without credentials, ticket to sign in, log a user in from an email, email a magiclink',
  SigninTokens_revokeToken: 'revoke magic link, cancel sign in token, invalidate login link, login link sent to the wrong person',

  Signups_updateSignUpById:
    'update a sign up, pending sign up, sign up attempt, external id of a sign up, custom action of a sign up complete, unfinished registration, change an unfinished sign up, edit a sign up',
  Signups_getById:
    'get sign up, status of a sign up, stuck registration, what is missing in a sign up, look at a sign up, why can someone not finish signing up',

  SsoBypassAllowlistUsers_list:
    'sso bypass allowlist, who can bypass sso, users exempt from single sign-on, break glass accounts, who may sign in without the identity provider',
  SsoBypassAllowlistUsers_addUser:
    'let a user bypass sso, exempt somebody from single sign-on, add to the sso bypass list, break glass account, identity provider is down and the admin must get in, sign in without okta',
  SsoBypassAllowlistUsers_removeUser:
    'end sso bypass, enforce sso for a user again, remove from the sso bypass list, back to single sign-on, no more exemption from sso',

  TestingTokens_createToken:
    'testing token, bypass bot detection, end to end tests, playwright, cypress, automated browser tests, e2e, botdetection blocks our tests, token for e2e tests, captcha in tests',

  Users_listSortedByCreationDate:
    'list users, find a user by email, search people, look up an account by phone or username or name, newest users, latest sign ups, who signed up, inactive users, last active, banned users, who has the email, users not active since a date, find the account of an email, search users by name, is there an account for an email, accounts registered with an email, does this person have an account, recently registered users, export users, unverified users, user list of an application, is a username taken, last users that joined, newest accounts, users who registered lately, find a record by name',
  Users_createNewUser:
    'create user, add an account, new account with email and password, import users with password hashes, migrate users, bcrypt, register someone manually, onboard a customer, create login for a new employee, sign a user up on their behalf, provision an account, migrate accounts from another system, new customer account, add a user with a password, add a user with an email and a password',
  Users_getTotalCount:
    'how many users, user count, total users, number of accounts, count users, size of our user base, how many people signed up, how many accounts exist',
  Users_deleteUserById:
    'gdpr erasure, right to be forgotten, delete my data, erase personal data, delete account permanently, close account, privacy deletion request, ccpa, wipe account, dsgvo, purge all data of a user, remove an account for good, user asks to be deleted, privacy request to delete, delete test accounts',
  Users_getUserDetails:
    'get user by id, user profile, what do we know about a user, last sign in of a user, user_ details, is the user banned, email of a user id, show one user, look at an account, does the user have mfa, when was the account created, when did the user last sign in, is the account locked',
  Users_updateUserAttributes:
    'change first or last name, reset password, set a new password, temporary password, change username, external id, primary email, edit user, update profile, user forgot password, link own id to the user, edit user details, new password for a user, password does not work, change the name of a user, name is misspelt, married name, change display name, set primary phone or email of a user, password reset, update a customer record',
  Users_markBanned:
    'ban, suspend user account, deactivate account, disable account, block a user, abuse, spammer, throw out, kick out everywhere, bar from signing in, fired employee, shut out, bad actor, fraudster, stop a user from using the app, block account, abusive user, harassment, ban fake account, permanently block somebody, disable access of a fired employee, revoke all access of a user',
  Users_lockUser:
    'lock account, freeze account temporarily, block sign in for a while, suspicious activity, account under attack, temporary lock, lock out a user for now, put an account on hold, protect a hacked account, lock a compromised account',
  Users_mergeUserMetadataAttributes:
    'set user metadata, public metadata, private metadata, unsafe metadata, custom data on a user, custom flag or field of a user, store plan on a user, attach data to a user, remember something about a user, add a field to the user, set onboarding complete, change the plan in metadata, mark a user as beta tester, tag a user, save a note on a user, label a user, attach custom data to a profile, attach custom data to a user profile',
  Users_disableMfa:
    'disable mfa, reset mfa, lost phone, lost authenticator, turn off second factor, remove all second factors, cannot get past two factor, new phone, lost backup codes, remove backup codes, user lost second factor device, phone stolen and cannot pass mfa, mfa reset, remove mfa from an account, locked out by mfa, turn mfa off',
  Users_getOAuthAccessToken:
    'social provider access token, google access token of a user, github token of a user, oauth token of an external account, call google api for the user, provider token of a user, call the gmail or calendar api for a user, token from social login, microsoft access token',
  Users_getOrganizationMemberships:
    'which organizations does a user belong to, what teams is someone in, organizations of a user, memberships of a user, organizations and roles of a user, where is a user a member, which companies does someone work for, which organizations is a user in, organizations someone belongs to',
  Users_deleteProfileImage:
    'remove avatar, delete profile picture, offensive picture, inappropriate avatar, remove photo of a user, offensive avatar',
  Users_setProfileImage:
    'upload avatar, set profile picture, change profile photo, new picture of a user, set the photo of a user, replace avatar',
  Users_removeBanFromUser:
    'unban, lift ban, unsuspend, lift suspension, reactivate account, reinstate, let back in, re-enable user, banned by mistake, restore access, unban a user, restore a banned user, undo suspension, user was suspended wrongly, reopen an account, let a banned user in',
  Users_removeLock:
    'unlock, locked out, too many failed attempts, too many wrong passwords, lockout, unfreeze account, failed logins, account says locked, user is locked out, too many attempts, cannot sign in because of lockout, wrong password too often, brute force lock',
  Users_verifyPassword:
    'check password, is the password correct, verify current password, step up before a sensitive action, compare password, is this the password of the user, does the password match, re-authenticate',
  Users_verifyTotp:
    'check totp code, verify authenticator code, six digit code, validate backup code, 6 digit code, one time code, does the mfa code match, check mfa code, check a backup code',
  Users_banMany:
    'ban many users, bulk ban, suspend a list of users, ban several accounts at once, ban fake accounts, ban these accounts, ban a botnet, kill spam accounts, ban a group of users',
  Users_unbanMany: 'unban many users, bulk unban, lift several bans, reactivate a list of users, unban these accounts',
  Users_deleteBackupCodes: 'delete backup codes, recovery codes leaked, invalidate backup codes, remove backup codes of a user',
  Users_getBillingCreditBalance:
    'credit balance of a user, how much credit is left, account credit, account credits of a user, remaining credit',
  Users_adjustBillingCreditBalance:
    'add credit to a user, goodwill credit, refund as credit, deduct credit from a user, refund a user with credits, compensate a customer, grant credit, take credit away',
  Users_getBillingSubscription:
    'subscription of a user, plan of a user, what does a user pay for, which plan is a user on, is the user a paying customer, billing of a user, what subscription is a user on',
  Users_deleteExternalAccount:
    'unlink google account, disconnect social login, remove external account, unlink github, facebook, apple, unlink an external account, remove social login from a user, disconnect a provider',
  Users_replaceUserMetadata:
    'replace user metadata, overwrite all user metadata, clear metadata of a user, reset user metadata, put new metadata in place of the old',
  Users_getOrganizationInvitations:
    'organization invitations of a user, was a user invited to an organization, pending invites for one user, invites a user has received, has a user been invited to any organization',
  Users_deletePasskey:
    'delete passkey, remove webauthn credential, lost security key, yubikey, fido, face id, fingerprint, remove passkey of a user, lost passkey',
  Users_setPasswordCompromised:
    'password compromised, password leaked or breached, force password change, make user change the password, make a user choose a new password, force a password reset at next sign in, password in a data breach',
  Users_unsetPasswordCompromised:
    'password not compromised, clear compromised flag, undo compromised, password is fine again, not leaked, undo compromised password',
  Users_removePassword:
    'remove password from a user, passwordless only, delete the password, only social login, user should have no password, take the password off an account',
  Users_deleteTotp:
    'remove authenticator app, reset google authenticator, delete totp, remove totp from a user, lost authenticator app, auth app on a stolen phone',
  Users_listBiometricCredentials:
    'biometric credentials, face id or fingerprint sign-in, trusted devices, remembered devices, list devices of a user, devices a user trusts, enrolled phones, which devices skip mfa',
  Users_revokeBiometricCredential:
    'revoke biometric credential, turn off face id for a phone, lost phone, revoke trusted device, forget a device, untrust a device, stolen laptop, lost device, remove a trusted device, ask for mfa on a device again',
  Users_listTrustedDevices:
    'trusted devices, remembered devices, list devices of a user, devices a user trusts, which devices skip mfa',
  Users_revokeTrustedDevice:
    'revoke trusted device, forget a device, untrust a device, stolen laptop, lost device, remove a trusted device, ask for mfa on a device again',
  Users_deleteWeb3Wallet: 'remove web3 wallet, disconnect metamask, crypto wallet, ethereum address, coinbase',

  WaitlistEntries_list:
    'who is on the waitlist, list waitlist, show waitlist, how long is the waitlist, search the waitlist, find someone on the waitlist, waiting people',
  WaitlistEntries_createEntry: 'add someone to the waitlist, put an email on the waitlist',
  WaitlistEntries_bulkCreate: 'import many into the waitlist, bulk waitlist',
  WaitlistEntries_deleteById: 'delete waitlist entry, remove from waitlist',
  WaitlistEntries_inviteEntry:
    'invite from waitlist, approve waitlist entry, accept applicant, let someone from the waitlist in, accept someone from the waitlist, give access to a waitlist person, accept somebody who waits for access, let someone in who waits',
  WaitlistEntries_rejectEntry:
    'reject waitlist entry, turn down applicant, deny waitlist, decline, refuse someone on the waitlist',

  Webhooks_createSvixApp:
    'set up webhooks, enable webhooks, send events to our backend, start webhook integration, svix, subscribe to events, configure webhooks for the first time, get notified when a user is created, create svix app, hook up webhooks, webhook integration',
  Webhooks_deleteSvixApp: 'turn off webhooks, delete webhooks, stop all events, remove svix, remove webhooks, delete svix app',
  Webhooks_generateSvixDashboardUrl:
    'svix dashboard, manage webhook endpoints, link to webhook settings, webhook logs, failed webhook deliveries, where can i configure webhook endpoints, add a webhook endpoint, webhook portal, see webhook events, replay webhooks',
};

/** The operation that does the same in the current API, by the name of the outdated one. */
export const SUCCESSORS: Readonly<Record<string, string>> = {
  BetaFeatures_updateProductionInstanceDomain: 'BetaFeatures_updateInstanceDomain',
  Clients_listSortedByCreationDate: 'Sessions_listSortedByCreationDate',
  Commerce_cancelSubscriptionItem: 'Billing_cancelSubscriptionItem',
  Commerce_listPlans: 'Billing_listPlans',
  Commerce_listSubscriptionItems: 'Billing_listSubscriptionItems',
  OrganizationInvitations_listPending: 'OrganizationInvitations_list',
  SamlConnectionsBeta_createNewConnection: 'EnterpriseConnections_createConnection',
  SamlConnectionsBeta_deleteConnectionById: 'EnterpriseConnections_deleteById',
  SamlConnectionsBeta_getById: 'EnterpriseConnections_getById',
  SamlConnectionsBeta_getList: 'EnterpriseConnections_list',
  SamlConnectionsBeta_updateConnectionById: 'EnterpriseConnections_updateConnection',
  ScimDirectories_createDirectory: 'Directories_createDirectory',
  ScimDirectories_createGroupRoleMapping: 'Directories_createGroupRoleMapping',
  ScimDirectories_deleteById: 'Directories_deleteById',
  ScimDirectories_deleteGroupRoleMapping: 'Directories_deleteGroupRoleMapping',
  ScimDirectories_getById: 'Directories_getById',
  ScimDirectories_list: 'Directories_list',
  ScimDirectories_listGroupRoleMappings: 'Directories_listGroupRoleMappings',
  ScimDirectories_replaceGroupRoleMappings: 'Directories_replaceGroupRoleMappings',
  ScimDirectories_rotateApiKey: 'Directories_rotateApiKey',
  ScimDirectories_updateDirectory: 'Directories_updateDirectory',
  Users_listTrustedDevices: 'Users_listBiometricCredentials',
  Users_revokeTrustedDevice: 'Users_revokeBiometricCredential',
};
