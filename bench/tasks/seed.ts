/** What every task begins with: 140 users, of whom 26 are in Acme, and what an incident leaves behind. */
export const SEED = {
  settings: { organizations: { domains_enabled: true } },
  users: Array.from({ length: 140 }, (_, nth) => ({
    id: `user_${nth}`,
    first_name: `First${nth}`,
    last_name: `Last${nth}`,
    email_addresses: [addressOf(nth)],
    public_metadata: { plan: 'free' },
    created_at: Date.parse('2026-01-01T00:00:00Z') + nth * 3_600_000,
  })),
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      max_allowed_memberships: 0,
      members: [
        { user: 'user_25', role: 'org:admin' },
        ...Array.from({ length: 25 }, (_, nth) => ({ user: `user_${nth}`, role: 'org:member' })),
      ],
      invitations: Array.from({ length: 4 }, (_, nth) => ({ email_address: `guest${nth}@example.org`, role: 'org:member' })),
    },
    { id: 'org_beta', name: 'Beta', max_allowed_memberships: 0, members: [{ user: 'user_26', role: 'org:admin' }] },
  ],
  sessions: Array.from({ length: 30 }, (_, nth) => ({ id: `sess_${nth}`, user: `user_${nth % 26}` })),
  invitations: [{ email_address: addressOf(30) }],
  waitlist: [{ id: 'wle_30', email_address: addressOf(30) }],
  api_keys: [
    { name: 'Reports', subject: 'user_31', scopes: ['reports:read'] },
    { name: 'Backups', subject: 'user_0' },
  ],
};

/** Ten came from evil.example, and five are for tests. */
function addressOf(nth: number): string {
  if (nth >= 120 && nth < 130) return `u${nth}@evil.example`;
  if (nth >= 130 && nth < 135) return `u${nth}+clerk_test@example.com`;
  return `u${nth}@example.com`;
}
