/** What the API's answers are made of, and what of it a list shows when nobody says what is wanted. */
export interface ResourceSpec {
  /** Paths that tell one item from another, as in `fields`. Without it, items are shown whole, less what is empty. */
  readonly short?: string;
  /** Arrays that a short item shows the primary element of, each with the property that holds this element's id. */
  readonly primary?: Readonly<Record<string, string>>;
  /** Requests that answer with a list of it. Needed to know the paths when the list is empty or its items are nameless. */
  readonly lists?: readonly string[];
  /**
   * All properties: `name`, `name{…}` for an object or an array of objects, `name:part` for one that is declared
   * under that name below, `name*` for a value of any form.
   */
  readonly shape: string;
}

/** By the API's name of the resource: its `object`. */
export const RESOURCES: Readonly<Record<string, ResourceSpec>> = {
  user: {
    short: `
      id first_name last_name username email_addresses.email_address phone_numbers.phone_number banned locked
      last_sign_in_at created_at`,
    primary: { email_addresses: 'primary_email_address_id', phone_numbers: 'primary_phone_number_id' },
    lists: ['GET /users', 'POST /users/ban', 'POST /users/unban'],
    shape: `
      id object external_id primary_email_address_id primary_phone_number_id primary_web3_wallet_id username first_name
      last_name locale profile_image_url image_url has_image public_metadata* private_metadata* unsafe_metadata*
      email_addresses:email_address phone_numbers:phone_number web3_wallets{id object web3_wallet
      verification:signed_verification created_at updated_at} passkeys{id object name last_used_at
      verification:signed_verification} password_enabled two_factor_enabled totp_enabled backup_code_enabled
      mfa_enabled_at mfa_disabled_at password_last_updated_at external_accounts{object id provider identification_id
      provider_user_id approved_scopes email_address email_address_verified first_name last_name avatar_url image_url
      username phone_number public_metadata* label created_at updated_at verification:account_verification}
      saml_accounts{id object provider active email_address first_name last_name provider_user_id last_authenticated_at
      public_metadata* verification:account_verification saml_connection{id name domain domains active provider
      sync_user_attributes allow_subdomains allow_idp_initiated disable_additional_identifications created_at
      updated_at}} enterprise_accounts{id object protocol provider active email_address first_name last_name
      provider_user_id enterprise_connection_id public_metadata* verification{object status strategy attempts expire_at
      verified_at_client external_verification_redirect_url error:clerk_error} enterprise_connection{id protocol
      provider name logo_public_url domain domains active sync_user_attributes allow_subdomains allow_idp_initiated
      disable_additional_identifications created_at updated_at} last_authenticated_at}
      organization_memberships:organization_membership last_sign_in_at banned locked deprovisioned
      lockout_expires_in_seconds verification_attempts_remaining updated_at created_at delete_self_enabled
      create_organization_enabled create_organizations_limit last_active_at legal_accepted_at bypass_client_trust
      scim{directory_id directory_enabled external_id}`,
  },
  email_address: {
    shape: `
      id object email_address reserved verification:email_verification linked_to{type id} matches_sso_connection
      created_at updated_at`,
  },
  phone_number: {
    shape: `
      id object phone_number reserved_for_second_factor default_second_factor reserved verification:phone_verification
      linked_to{type id} backup_codes created_at updated_at`,
  },
  session: {
    short: `
      id user_id client_id status actor.sub last_active_organization_id latest_activity.device_type
      latest_activity.browser_name latest_activity.ip_address latest_activity.city latest_activity.country
      last_active_at expire_at created_at`,
    lists: ['GET /sessions'],
    shape: `
      object id user_id client_id actor* status last_active_organization_id last_active_at latest_activity:activity
      expire_at abandon_at updated_at created_at tasks{key}`,
  },
  client: {
    short: 'id session_ids last_active_session_id sessions.user_id sessions.status updated_at created_at',
    lists: ['GET /clients'],
    shape: `
      object id session_ids sessions:session sign_in_id sign_up_id last_active_session_id last_authentication_strategy
      updated_at created_at`,
  },
  organization: {
    short: 'id name slug members_count pending_invitations_count max_allowed_memberships created_by created_at',
    lists: ['GET /organizations'],
    shape: `
      object id name slug image_url has_image members_count missing_member_with_elevated_permissions
      pending_invitations_count max_allowed_memberships admin_delete_enabled public_metadata* private_metadata*
      created_by created_at updated_at last_active_at role_set_key logo_url`,
  },
  organization_membership: {
    short: `
      id role role_name organization.id organization.name organization.slug public_user_data.user_id
      public_user_data.identifier public_user_data.first_name public_user_data.last_name created_at`,
    lists: [
      'GET /users/{user_id}/organization_memberships',
      'GET /organizations/{organization_id}/memberships',
      'GET /organization_memberships',
    ],
    shape: `
      id object role role_name permissions public_metadata* private_metadata* organization:organization
      public_user_data:public_user_data created_at updated_at`,
  },
  organization_invitation: {
    short: 'id email_address role organization_id public_organization_data.name status expires_at created_at',
    lists: [
      'GET /users/{user_id}/organization_invitations',
      'GET /organization_invitations',
      'GET /organizations/{organization_id}/invitations',
      'POST /organizations/{organization_id}/invitations/bulk',
      'GET /organizations/{organization_id}/invitations/pending',
    ],
    shape: `
      object id email_address role role_name organization_id inviter_id public_inviter_data{user_id first_name last_name
      image_url has_image identifier} status public_metadata* private_metadata* url expires_at created_at updated_at
      public_organization_data:public_organization_data`,
  },
  organization_domain: {
    short: `
      id organization_id name enrollment_mode verification.status total_pending_invitations total_pending_suggestions
      created_at`,
    lists: ['GET /organizations/{organization_id}/domains', 'GET /organization_domains'],
    shape: `
      object id organization_id name enrollment_mode affiliation_email_address
      affiliation_verification:domain_verification ownership_verification:domain_verification
      verification:domain_verification total_pending_invitations total_pending_suggestions
      public_organization_data:public_organization_data created_at updated_at`,
  },
  role: {
    short: 'id name key description is_creator_eligible permissions.key',
    lists: ['GET /organization_roles'],
    shape: 'object id name key description is_creator_eligible permissions:permission created_at updated_at',
  },
  permission: {
    short: 'id name key description type',
    lists: ['GET /organization_permissions'],
    shape: 'object id name key description type created_at updated_at',
  },
  role_set: {
    short: 'id name key description type roles.key default_role.key creator_role.key',
    lists: ['GET /role_sets'],
    shape: `
      object id name key description roles:role_set_item default_role:role_set_item creator_role:role_set_item type
      role_set_migration{object id organization_id instance_id source_role_set_id dest_role_set_id trigger_type status
      migrated_members mappings* started_at completed_at created_at updated_at} created_at updated_at`,
  },
  invitation: {
    short: 'id email_address status expires_at created_at',
    lists: ['GET /invitations', 'POST /invitations/bulk'],
    shape: 'object id email_address public_metadata* revoked status url expires_at created_at updated_at',
  },
  waitlist_entry: {
    short: 'id email_address status is_locked created_at',
    lists: ['GET /waitlist_entries', 'POST /waitlist_entries/bulk'],
    shape: 'object id email_address status is_locked created_at updated_at invitation:invitation',
  },
  sign_up_attempt: {
    shape: `
      object id status required_fields optional_fields missing_fields unverified_fields
      verifications{email_address:sign_up_step phone_number:sign_up_step web3_wallet:sign_up_step external_account*}
      username email_address phone_number web3_wallet password_enabled first_name last_name unsafe_metadata*
      public_metadata* custom_action external_id created_session_id created_user_id abandon_at legal_accepted_at locale
      external_account*`,
  },
  trusted_device: {
    short: 'id name platform status last_used_at created_at',
    lists: ['GET /users/{user_id}/trusted_devices'],
    shape: 'object id platform app_identifier name algorithm status created_at updated_at last_used_at revoked_at',
  },
  token: {
    shape: 'object jwt cookies',
  },
  template: {
    short: 'id slug name template_type resource_type enabled delivered_by_clerk subject updated_at',
    lists: ['GET /templates/{template_type}'],
    shape: `
      id object instance_id resource_type template_type name slug position can_revert can_delete can_edit_body
      can_toggle subject markup body available_variables required_variables from_email_name reply_to_email_name
      delivered_by_clerk enabled flagged_as_suspicious updated_at created_at`,
  },
  commerce_subscription: {
    shape: `
      object id instance_id status payer_id created_at updated_at active_at past_due_at subscription_items{object id
      instance_id status credit:credit credits:credits plan_id price_id plan:commerce_plan plan_period
      payment_method:payment_method lifetime_paid:money next_payment:next_payment payer_id payer:payer is_free_trial
      period_start period_end proration_date canceled_at past_due_at ended_at created_at updated_at seats:seats
      totals:billing_totals} next_payment{date amount:money per_unit_totals:unit_totals totals:billing_totals}
      eligible_for_free_trial`,
  },
  oauth_access_token: {
    lists: ['GET /users/{user_id}/oauth_access_tokens/{provider}'],
    shape: `
      object external_account_id provider_user_id token expires_at provider public_metadata* label scopes id_token
      token_secret`,
  },
  allowlist_identifier: {
    short: 'id identifier identifier_type invitation_id created_at',
    lists: ['GET /allowlist_identifiers'],
    shape: 'object id invitation_id identifier identifier_type instance_id created_at updated_at',
  },
  blocklist_identifier: {
    short: 'id identifier identifier_type created_at',
    lists: ['GET /blocklist_identifiers'],
    shape: 'object id identifier identifier_type instance_id created_at updated_at',
  },
  instance_settings: {
    shape: 'object id restricted_to_allowlist from_email_address progressive_sign_up enhanced_email_deliverability',
  },
  actor_token: {
    shape: 'object id status user_id actor* token url created_at updated_at',
  },
  domain: {
    short: 'id name is_satellite frontend_api_url proxy_url cname_targets.host cname_targets.required',
    lists: ['GET /domains'],
    shape: `
      object id name is_satellite frontend_api_url accounts_portal_url proxy_url development_origin cname_targets{host
      value required}`,
  },
  instance: {
    shape: 'object id environment_type allowed_origins workspace_id',
  },
  instance_restrictions: {
    shape: `
      object allowlist blocklist allowlist_blocklist_disabled_on_sign_in block_email_subaddresses
      block_disposable_email_domains`,
  },
  instance_protect: {
    shape: 'object rules_enabled specter_enabled checks_bypassed',
  },
  instance_communication: {
    shape: 'object blocked_country_codes',
  },
  oauth_application_settings: {
    shape: `
      object dynamic_oauth_client_registration default_scopes oauth_jwt_access_tokens
      client_id_metadata_documents_advertised client_id_metadata_documents_only_allow_pre_registered_clients
      client_id_metadata_documents_block_implicitly_allowed_clients`,
  },
  organization_settings: {
    shape: `
      object enabled max_allowed_memberships max_allowed_roles max_role_sets_allowed max_allowed_domains
      max_allowed_permissions creator_role admin_delete_enabled domains_enabled slug_disabled domains_enrollment_modes
      domains_default_role initial_role_set_key`,
  },
  jwt_template: {
    short: 'id name lifetime signing_algorithm custom_signing_key updated_at',
    lists: ['GET /jwt_templates'],
    shape: 'object id name claims* lifetime allowed_clock_skew custom_signing_key signing_algorithm created_at updated_at',
  },
  machine: {
    short: 'id name default_token_ttl scoped_machines.id scoped_machines.name created_at',
    lists: ['GET /machines'],
    shape: `
      object id name instance_id created_at updated_at default_token_ttl scoped_machines{object id name instance_id
      created_at updated_at default_token_ttl} secret_key deleted`,
  },
  machine_secret_key: {
    shape: 'object secret',
  },
  machine_scope: {
    shape: 'object from_machine_id to_machine_id created_at deleted',
  },
  proxy_check: {
    shape: 'object id domain_id last_run_at proxy_url successful created_at updated_at',
  },
  redirect_url: {
    short: 'id url created_at',
    lists: ['GET /redirect_urls'],
    shape: 'object id url created_at updated_at',
  },
  sign_in_token: {
    shape: 'object id status user_id token url created_at updated_at',
  },
  oauth_application: {
    short: 'id name client_id client_uri public scopes redirect_uris created_at',
    lists: ['GET /oauth_applications'],
    shape: `
      object id instance_id name client_id client_uri client_image_url dynamically_registered consent_screen_enabled
      pkce_required public scopes redirect_uris callback_url authorize_url token_fetch_url user_info_url discovery_url
      token_introspection_url created_at updated_at client_secret`,
  },
  saml_connection: {
    short: 'id name domain domains provider active organization_id user_count created_at',
    lists: ['GET /saml_connections'],
    shape: `
      object id name domain domains idp_entity_id idp_sso_url idp_certificate idp_certificate_issued_at
      idp_certificate_expires_at idp_metadata_url idp_metadata acs_url sp_entity_id sp_metadata_url organization_id
      attribute_mapping{user_id email_address first_name last_name} active provider user_count sync_user_attributes
      allow_subdomains allow_idp_initiated disable_additional_identifications allow_organization_account_linking
      force_authn login_hint{mode source} enterprise_connection_id created_at updated_at`,
  },
  enterprise_connection: {
    short: 'id name provider domains active organization_id created_at',
    lists: ['GET /enterprise_connections'],
    shape: `
      object id name provider logo_public_url active domains organization_id sync_user_attributes
      disable_additional_identifications allow_organization_account_linking custom_attributes:custom_attribute
      saml_connection{id name idp_entity_id idp_sso_url idp_metadata_url acs_url sp_entity_id sp_metadata_url active
      allow_idp_initiated allow_subdomains force_authn login_hint{mode source}} oauth_config{id name provider_key
      client_id discovery_url auth_url token_url user_info_url requires_pkce logo_public_url created_at updated_at}
      created_at updated_at`,
  },
  testing_token: {
    shape: 'object token expires_at',
  },
  agent_task: {
    shape: 'object agent_id agent_task_id task_id url',
  },
  commerce_plan: {
    short: `
      id name slug fee.amount_formatted annual_fee.amount_formatted is_default is_recurring publicly_visible
      for_payer_type free_trial_days features.slug`,
    lists: ['GET /billing/plans', 'GET /commerce/plans'],
    shape: `
      object id name fee:money annual_monthly_fee:money annual_fee:money description product_id is_default is_recurring
      publicly_visible has_base_fee for_payer_type slug avatar_url features:feature free_trial_enabled free_trial_days
      unit_prices:unit_price amount amount_formatted annual_monthly_amount annual_monthly_amount_formatted annual_amount
      annual_amount_formatted currency_symbol currency payer_type period interval`,
  },
  commerce_price: {
    short: `
      id plan_id fee.amount_formatted annual_monthly_fee.amount_formatted currency description is_default
      supported_billing_periods`,
    lists: ['GET /billing/prices'],
    shape: `
      object id plan_id instance_id currency currency_symbol amount annual_monthly_amount fee:money
      annual_monthly_fee:money description is_default created_at supported_billing_periods`,
  },
  commerce_subscription_item: {
    short: `
      id status plan_id plan.name plan_period price_id payer_id payer.user_id payer.organization_id payer.email
      is_free_trial period_start period_end canceled_at past_due_at ended_at`,
    lists: ['GET /billing/subscription_items', 'GET /commerce/subscription_items'],
    shape: `
      object id instance_id status credit:credit credits:credits plan_id price_id plan{object id name fee:money
      annual_monthly_fee:money annual_fee:money description product_id is_default is_recurring publicly_visible
      has_base_fee for_payer_type slug avatar_url features:feature free_trial_enabled free_trial_days
      unit_prices:unit_price amount amount_formatted annual_monthly_amount annual_monthly_amount_formatted annual_amount
      annual_amount_formatted currency_symbol currency payer_type period interval} plan_period
      payment_method:payment_method lifetime_paid:money next_payment:next_payment payer_id payer:payer is_free_trial
      period_start period_end proration_date canceled_at past_due_at ended_at created_at updated_at seats:seats
      totals:billing_totals payment_source_id payment_source:payment_source amount:money next_invoice:next_payment`,
  },
  commerce_credit_balance: {
    shape: 'object balance:money',
  },
  commerce_credit_ledger: {
    shape: 'object id payer_id amount:money source_type source_id note created_at',
  },
  commerce_price_transition: {
    shape: `
      object subscription_item{object id instance_id status credit:credit plan_id price_id plan:old_plan plan_period
      payment_source_id payment_source:payment_source lifetime_paid:money amount:money next_invoice:next_payment
      next_payment:next_payment payer_id payer:payer is_free_trial period_start period_end proration_date canceled_at
      past_due_at ended_at created_at updated_at} transition{previous_plan:old_plan previous_price:commerce_price
      effective_at effective_mode next_billing_date charged_immediately immediate_charge:money
      previous_subscription_item_status previous_subscription_item_id}`,
  },
  commerce_discount_redemption: {
    shape: `
      object id subscription_item_id discount_id name source promo_code effect percent_off amount_off:money amount:money
      cycles_remaining cycles_applied status redeemed_at redeemed_by`,
  },
  commerce_statement: {
    short: `
      id status timestamp payer.user_id payer.organization_id payer.email totals.grand_total.amount_formatted
      totals.grand_total.currency`,
    lists: ['GET /billing/statements'],
    shape: `
      object id instance_id timestamp payer:payer status totals{grand_total:money subtotal:money base_fee:money
      tax_total:money} groups{object timestamp items:commerce_payment}`,
  },
  commerce_payment: {
    short: `
      id status charge_type amount.amount_formatted amount.currency payer_id subscription_item_id
      payment_method.payment_type payment_method.last4 paid_at failed_at`,
    lists: ['GET /billing/statements/{statementID}/payment_attempts'],
    shape: `
      object id payment_id instance_id charge_type payee_id payee* payer_id payer:payer subscription_item_id
      subscription_item* amount:money totals:billing_totals payment_method_id payment_method:payment_method statement_id
      gateway_external_id gateway_external_url status paid_at failed_at created_at updated_at`,
  },
  scim_directory: {
    short: 'id name provider enabled enterprise_connection_id group_role_mapping_enabled created_at',
    lists: ['GET /scim_directories'],
    shape: `
      object id name enterprise_connection_id endpoint_url provider enabled group_role_mapping_enabled
      attribute_mapping* custom_attributes:custom_attribute api_key created_at updated_at`,
  },
  scim_group_role_mapping: {
    short: 'id scim_group_id scim_group_display_name role.key role.name precedence',
    lists: [
      'GET /scim_directories/{scim_directory_id}/group_role_mappings',
      'PUT /scim_directories/{scim_directory_id}/group_role_mappings',
    ],
    shape: `
      object id scim_directory_id directory_id scim_group_id directory_group_id scim_group_display_name
      directory_group_display_name role:role precedence created_at updated_at deleted`,
  },
  directory: {
    short: 'id name provider enabled enterprise_connection_id group_role_mapping_enabled created_at',
    lists: ['GET /directories'],
    shape: `
      object id name enterprise_connection_id endpoint_url provider enabled group_role_mapping_enabled
      attribute_mapping* custom_attributes:custom_attribute api_key created_at updated_at`,
  },
  directory_group_role_mapping: {
    short: 'id directory_group_id directory_group_display_name role.key role.name precedence',
    lists: ['GET /directories/{directory_id}/group_role_mappings', 'PUT /directories/{directory_id}/group_role_mappings'],
    shape: `
      object id directory_id scim_directory_id directory_group_id scim_group_id directory_group_display_name
      scim_group_display_name role:role precedence created_at updated_at deleted`,
  },
  admin_portal_link_token: {
    shape: `
      object id admin_portal_link_id instance_id organization_id it_contact_id scopes token revoked revocation_reason
      expired expiration created_at updated_at`,
  },
  api_key: {
    short: 'id name subject scopes revoked expired expiration last_used_at created_at',
    lists: ['GET /api_keys'],
    shape: `
      object id type subject name description claims* scopes secret revoked revocation_reason expired expiration
      created_by last_used_at created_at updated_at deleted`,
  },
  machine_to_machine_token: {
    short: 'id subject scopes revoked expired expiration last_used_at created_at',
    lists: ['GET /m2m_tokens'],
    shape: `
      object id subject claims* scopes token revoked revocation_reason expired expiration last_used_at created_at
      updated_at`,
  },
  clerk_idp_oauth_access_token: {
    shape: 'object id client_id subject scopes revoked revocation_reason expired expiration created_at updated_at active',
  },
  enterprise_connection_test_run: {
    short: 'id status connection_type parsed_user_info.email_address logs.code logs.short_message created_at',
    lists: ['GET /enterprise_connections/{enterprise_connection_id}/test_runs'],
    shape: `
      id status connection_type parsed_user_info{email_address first_name last_name user_id} logs{level code
      short_message message} saml{saml_request saml_response relay_state} oauth{id_token access_token user_info*}
      created_at`,
  },
};

/** Shapes that several resources share and that are no resource of their own. */
export const PARTS: Readonly<Record<string, string>> = {
  money: 'amount amount_formatted currency currency_symbol',
  unit_tier: 'quantity fee_per_block:money total:money',
  unit_totals: 'name block_size tiers:unit_tier',
  credits: 'proration:proration_credit payer:payer_credit total:money',
  proration_credit: 'amount:money cycle_days_remaining cycle_days_total cycle_remaining_percent',
  payer_credit: 'remaining_balance:money applied_amount:money',
  billing_totals: `
    subtotal:money base_fee:money tax_total:money grand_total:money per_unit_totals:unit_totals credits:credits
    discounts:discounts`,
  discounts: 'proration:proration_discount total:money',
  proration_discount: 'amount:money cycle_days_passed cycle_days_total cycle_passed_percent',
  payer: `
    object id instance_id user_id first_name last_name email organization_id organization_name image_url
    credits_balance:money created_at updated_at`,
  clerk_error: 'message long_message code meta*',
  feature: 'object id name description slug avatar_url',
  next_payment: 'amount:money date per_unit_totals:unit_totals totals:billing_totals',
  payment_method: `
    object id payer_id payment_type is_default gateway gateway_external_id gateway_external_account_id last4 status
    wallet_type card_type expiry_year expiry_month created_at updated_at is_removable`,
  credit: 'amount:money cycle_remaining_percent',
  unit_price: 'name block_size tiers:price_tier',
  price_tier: 'starts_at_block ends_after_block fee_per_block:money',
  domain_verification: 'status strategy attempts expire_at verified_at',
  sign_up_step: 'next_action supported_strategies',
  custom_attribute: 'name key sso_path scim_path directory_path multi_valued',
  role_set_item: 'object id name key description members_count has_members created_at updated_at',
  activity: 'object id device_type is_mobile browser_name browser_version ip_address city country',
  email_verification: `
    object status strategy attempts expire_at channel verified_at_client error:clerk_error
    external_verification_redirect_url`,
  phone_verification: 'object status strategy attempts expire_at channel verified_at_client',
  signed_verification: 'object status strategy nonce message attempts expire_at verified_at_client',
  account_verification:
    'object status strategy external_verification_redirect_url error:clerk_error expire_at attempts verified_at_client',
  public_user_data: 'user_id first_name last_name profile_image_url image_url has_image identifier username banned deprovisioned',
  seats: 'quantity tiers:unit_tier',
  public_organization_data: 'id name slug image_url has_image',
  payment_source: `
    object id payer_id payment_method is_default gateway gateway_external_id gateway_external_account_id last4 status
    wallet_type card_type expiry_year expiry_month created_at updated_at is_removable`,
  old_plan: `
    object id name fee:money annual_monthly_fee:money annual_fee:money amount amount_formatted annual_monthly_amount
    annual_monthly_amount_formatted annual_amount annual_amount_formatted currency_symbol currency description
    product_id is_default is_recurring publicly_visible has_base_fee payer_type for_payer_type slug avatar_url period
    interval features:feature free_trial_enabled free_trial_days`,
};
