import type { Room } from '../rule.js';

/** Where each group's rules are. A room is loaded when the first request enters it. */
export const rooms: Readonly<Record<string, () => Promise<Room>>> = {
  AllowlistBlocklist: async () => (await import('./allowlist-blocklist.js')).allowlistBlocklist,
  BetaFeatures: async () => (await import('./beta-features.js')).betaFeatures,
  Domains: async () => (await import('./domains.js')).domainsRoom,
  EmailAddresses: async () => (await import('./email-addresses.js')).emailAddressesRoom,
  InstanceSettings: async () => (await import('./instance-settings.js')).instanceSettingsRoom,
  Invitations: async () => (await import('./invitations.js')).invitationsRoom,
  Jwks: async () => (await import('./jwks.js')).jwks,
  OrganizationInvitations: async () => (await import('./organization-invitations.js')).organizationInvitationsRoom,
  OrganizationMemberships: async () => (await import('./organization-memberships.js')).organizationMembershipsRoom,
  Organizations: async () => (await import('./organizations.js')).organizationsRoom,
  PhoneNumbers: async () => (await import('./phone-numbers.js')).phoneNumbersRoom,
  Sessions: async () => (await import('./sessions.js')).sessionsRoom,
  Users: async () => (await import('./users.js')).usersRoom,
};
