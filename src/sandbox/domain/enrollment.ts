import type { Instance } from '../instance.js';
import { domainOf, type EmailAddressRow, isVerified } from '../resources/identifiers.js';
import { isEnrollmentMode, organizationSettings } from '../resources/instance-settings.js';
import { organizations } from '../resources/organization.js';
import {
  type EnrollmentMode,
  enrollmentModes,
  newcomers,
  type OrganizationDomainRow,
  organizationDomains,
} from '../resources/organization-domain.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { invalidParam, refuse, refuseParam } from '../sandbox-error.js';
import { parseHost } from './domain-names.js';
import { must } from './found.js';
import { DISPOSABLE } from './identifiers.js';
import { newInvitation } from './invitations.js';
import { roleKey, roleSetOf } from './role-sets.js';

/** A few of the providers where everybody has an address. */
const COMMON: ReadonlySet<string> = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'yahoo.com',
  'icloud.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'web.de',
  'proton.me',
  'protonmail.com',
  'mail.ru',
  'qq.com',
]);

/** The name of an e-mail domain. @throws SandboxError for one whose addresses say nothing of an organization. */
export function parseEmailDomain(given: string): string {
  const name = parseHost(given);
  const why = `${name} gives addresses to everybody.`;
  if (COMMON.has(name)) throw refuseParam('organization_domain_common', 'name', 'common email domain', why);
  if (DISPOSABLE.has(name)) throw refuseParam('organization_domain_blocked', 'name', 'blocked email domain', why);
  return name;
}

/** @throws SandboxError for a mode that there is none of, or that the instance's settings leave out. */
export function parseEnrollmentMode(instance: Instance, text: string): EnrollmentMode {
  const mode = enrollmentModes.find((known) => known === text);
  if (mode === undefined) throw invalidParam('enrollment_mode', `enrollment_mode must be one of ${enrollmentModes.join(', ')}.`);
  if (mode === 'manual_invitation' || !isEnrollmentMode(mode)) return mode;
  if (instance.store.setting(organizationSettings).domains_enrollment_modes.includes(mode)) return mode;
  const why = `${mode} is not among domains_enrollment_modes, which the instance's organization settings switch on.`;
  throw refuse(403, 'organization_domain_enrollment_mode_not_enabled', 'Enrollment mode not enabled', why);
}

/** Invites who has an address of the domain, where its mode is to. */
export function enroll(instance: Instance, domain: OrganizationDomainRow): void {
  if (invites(instance, domain)) for (const address of newcomers(instance, domain)) invite(instance, domain, address);
}

/** Invites the owner of an address to the organization that has its domain, where the domain's mode is to. */
export function enrollOwner(instance: Instance, address: EmailAddressRow): void {
  if (!isVerified(address)) return;
  for (const domain of instance.many(organizationDomains, 'name', domainOf(address.email_address))) {
    if (invites(instance, domain) && newcomers(instance, domain).includes(address)) invite(instance, domain, address);
  }
}

const invites = (instance: Instance, { verified, enrollment_mode }: OrganizationDomainRow): boolean =>
  verified && enrollment_mode === 'automatic_invitation' && instance.store.setting(organizationSettings).domains_enabled;

function invite(instance: Instance, { organization_id }: OrganizationDomainRow, { email_address }: EmailAddressRow): void {
  const set = roleSetOf(instance, must(instance, organizations, organization_id));
  instance.insert(organizationInvitations, {
    ...newInvitation(instance, { email_address }, {}),
    organization_id,
    role: roleKey(instance, set.default_role_id),
    inviter_id: null,
    private_metadata: {},
  });
}
