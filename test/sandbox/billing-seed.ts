import type { SeedDescription } from '../../src/sandbox/seed/description.js';

/** Ada pays, Bob tries, Cy has the free plan; so has Engine, but with a card. */
export const BILLED: SeedDescription = {
  users: [
    { id: 'user_ada', first_name: 'Ada', last_name: 'Okafor', email_addresses: ['ada@example.com'] },
    { id: 'user_bob', username: 'bobby', email_addresses: ['bob@example.com'] },
    { id: 'user_cy', email_addresses: ['cy@example.com'] },
  ],
  organizations: [{ id: 'org_engine', name: 'Engine', slug: 'engine' }],
  billing: {
    plans: [
      { id: 'cplan_pro', slug: 'pro', name: 'Pro', for: 'user', amount: 2000, annual_monthly_amount: 1600, free_trial_days: 14 },
      { id: 'cplan_max', slug: 'max', name: 'Max', for: 'user', amount: 5000 },
      { id: 'cplan_team', slug: 'team', name: 'Team', for: 'org', amount: 9900 },
    ],
    discounts: [
      { id: 'disc_quarter', name: 'A quarter', percent_off: 25, cycles: 2 },
      { id: 'disc_five', name: 'Five dollars', amount_off: 500 },
    ],
    subscriptions: [
      { id: 'csub_item_ada', user: 'user_ada', plan: 'pro' },
      { id: 'csub_item_bob', user: 'bobby', plan: 'pro', trial: true },
      { organization: 'engine' },
    ],
  },
};
