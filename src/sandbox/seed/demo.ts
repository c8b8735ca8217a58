import type { SeedDescription, SeedUser } from './description.js';

/** Every demo user that has a password has this one. */
const DEMO_PASSWORD = 'correct-horse-battery';
const DAY_MS = 24 * 60 * 60 * 1000;

type Person = readonly [first: string, last: string, company: Company, title: string, more?: Partial<SeedUser>];
type Company = keyof typeof COMPANIES;

/** Three companies and the domains of their people. */
const COMPANIES = {
  harbor: { name: 'Harbor Analytics', domain: 'harbor.example.com', plan: 'enterprise' },
  juniper: { name: 'Juniper Bikes', domain: 'juniper.example.com', plan: 'team' },
  lumen: { name: 'Lumen Studio', domain: 'lumen.example.com', plan: 'free' },
} as const;

/** In the order in which they joined; the first of a company founded it and is its admin. */
const PEOPLE: readonly Person[] = [
  ['Maya', 'Okafor', 'harbor', 'Founder', { totp_secret: 'JBSWY3DPEHPK3PXP', backup_codes: ['harbor-1', 'harbor-2'] }],
  [
    'Tomas',
    'Lindqvist',
    'harbor',
    'Head of Engineering',
    {
      passkeys: [{ name: 'Work laptop' }],
      trusted_devices: [{ platform: 'ios', app_identifier: 'com.example.harbor', name: 'Tomas’s phone' }],
    },
  ],
  ['Priya', 'Raman', 'harbor', 'Data Engineer', { external_id: 'hr-1003' }],
  ['Daniel', 'Moreau', 'harbor', 'Analyst'],
  ['Aiko', 'Tanaka', 'harbor', 'Product Designer'],
  ['Samuel', 'Adeyemi', 'harbor', 'Support Lead', { phone_numbers: ['+15555550106'] }],
  ['Nora', 'Haddad', 'harbor', 'Account Executive'],
  ['Viktor', 'Petrov', 'harbor', 'Contractor', { banned: true }],
  ['Grace', 'Mbeki', 'harbor', 'Finance'],
  ['Lucas', 'Ferreira', 'harbor', 'Engineer', { locked: true }],
  [
    'Elena',
    'Castellano',
    'juniper',
    'Founder',
    { phone_numbers: [{ phone_number: '+15555550111', reserved_for_second_factor: true }] },
  ],
  ['Oliver', 'Bennett', 'juniper', 'Shop Manager'],
  ['Hana', 'Novak', 'juniper', 'Mechanic', { username: 'hana_wrench' }],
  ['Marcus', 'Webb', 'juniper', 'Mechanic'],
  ['Zoe', 'Papadaki', 'juniper', 'Marketing'],
  ['Ibrahim', 'Sow', 'juniper', 'Logistics', { external_id: 'juniper-16' }],
  [
    'Clara',
    'Jensen',
    'juniper',
    'Intern',
    { email_addresses: [{ email_address: 'clara.jensen@juniper.example.com', verified: false }] },
  ],
  ['Felix', 'Brandt', 'juniper', 'Former Buyer', { banned: true }],
  ['Sofia', 'Marchetti', 'lumen', 'Creative Director'],
  ['Jonas', 'Eriksen', 'lumen', 'Photographer', { username: 'jonas.e' }],
  ['Amara', 'Diallo', 'lumen', 'Illustrator'],
  ['Rafael', 'Ortega', 'lumen', 'Motion Designer'],
  ['Yuki', 'Sato', 'lumen', 'Producer', { phone_numbers: ['+15555550123'] }],
  ['Leah', 'Goldberg', 'lumen', 'Copywriter'],
  [
    'Noah',
    'Fischer',
    'lumen',
    'Trainee',
    { email_addresses: [{ email_address: 'noah.fischer@lumen.example.com', verified: false }] },
  ],
];

const addressOf = ([first, last, company]: Person): string => `${first}.${last}@${COMPANIES[company].domain}`.toLowerCase();

/** A small believable company and two of its customers. @param now Unix milliseconds; everything happened before it. */
export function demo(now: number): SeedDescription {
  const joined = (nth: number): number => now - (PEOPLE.length - nth) * 9 * DAY_MS;
  const lastSeen = (nth: number): number => now - ((nth * 7) % 23) * 3 * 60 * 60 * 1000;
  return {
    // An agent that tries the demo creates users and organizations without more ado.
    settings: { password_required: false, organizations: { slug_disabled: false, domains_enabled: true } },
    domain: 'harbor.example.com',
    users: PEOPLE.map((person, nth) => {
      const [first_name, last_name, , title, more] = person;
      return {
        first_name,
        last_name,
        email_addresses: [addressOf(person)],
        ...(nth % 3 === 0 ? { password: DEMO_PASSWORD } : { external_accounts: [googleAccount(person, nth)] }),
        public_metadata: { title },
        private_metadata: nth % 5 === 0 ? { crm_id: `crm_${1000 + nth}` } : {},
        created_at: joined(nth),
        last_sign_in_at: lastSeen(nth),
        last_active_at: lastSeen(nth),
        ...more,
      };
    }),
    permissions: [{ key: 'org:reports:share', name: 'Share reports', description: 'With people outside the organization.' }],
    roles: [
      {
        key: 'org:analyst',
        name: 'Analyst',
        description: 'Reads members, and shares reports.',
        permissions: ['org:sys_memberships:read', 'org:reports:share'],
      },
    ],
    organizations: (Object.keys(COMPANIES) as Company[]).map((key) => company(key, joined, now)),
    sessions: PEOPLE.flatMap((person, nth) => session(person, nth, lastSeen(nth))),
    invitations: [
      { email_address: 'ines.vidal@harbor.example.com', created_at: now - 2 * DAY_MS },
      { email_address: 'owen.clarke@juniper.example.com', created_at: now - 5 * DAY_MS },
      { email_address: 'spam@mailbox.example.com', status: 'revoked', created_at: now - 12 * DAY_MS },
    ],
    sign_ups: [
      { email_address: 'theo.laurent@lumen.example.com', first_name: 'Theo', created_at: now - 60 * 60 * 1000 },
      { email_address: 'gave.up@juniper.example.com', created_at: now - 6 * DAY_MS },
    ],
    billing: billing(now),
    waitlist: [
      { email_address: 'petra.lang@newcomers.example.com', created_at: now - 4 * DAY_MS },
      { email_address: 'joel.okoye@newcomers.example.com', created_at: now - 3 * DAY_MS },
      { email_address: 'bot@mailbox.example.com', status: 'rejected', created_at: now - 11 * DAY_MS },
    ],
    blocklist: ['*@blocked.example.com'],
  };
}

/** The companies have the plans that their metadata tell of; two people subscribe for themselves. */
const billing = (now: number): NonNullable<SeedDescription['billing']> => ({
  plans: [
    {
      id: 'cplan_pro',
      slug: 'pro',
      name: 'Pro',
      description: 'For people who work alone',
      for: 'user',
      amount: 1200,
      annual_monthly_amount: 1000,
      free_trial_days: 14,
      features: [{ slug: 'exports', name: 'Exports' }],
      created_at: now - 300 * DAY_MS,
    },
    {
      id: 'cplan_team',
      slug: 'team',
      name: 'Team',
      for: 'org',
      amount: 4900,
      features: [{ slug: 'exports', name: 'Exports' }],
      created_at: now - 300 * DAY_MS,
    },
    {
      id: 'cplan_enterprise',
      slug: 'enterprise',
      name: 'Enterprise',
      for: 'org',
      amount: 24_000,
      annual_monthly_amount: 20_000,
      publicly_visible: false,
      features: [
        { slug: 'exports', name: 'Exports' },
        { slug: 'audit_log', name: 'Audit log', description: 'Who did what, and when' },
      ],
      created_at: now - 300 * DAY_MS,
    },
  ],
  discounts: [
    { id: 'disc_cooperative', name: 'Cooperatives', percent_off: 20 },
    { id: 'disc_welcome', name: 'Welcome', amount_off: 500, cycles: 3 },
  ],
  subscriptions: [
    { organization: 'harbor-analytics', plan: 'enterprise', period: 'annual', started_at: now - 200 * DAY_MS },
    { organization: 'juniper-bikes', plan: 'team', discount: 'Cooperatives', started_at: now - 75 * DAY_MS },
    { organization: 'lumen-studio', card: { last4: '4444', brand: 'mastercard' } },
    { user: 'sofia.marchetti@lumen.example.com', plan: 'pro', trial: true, started_at: now - 3 * DAY_MS },
    // The card was good when it began; the last renewal was declined.
    {
      user: 'jonas.e',
      plan: 'pro',
      card: { last4: '0341', declines_from: now - 20 * DAY_MS },
      started_at: now - 70 * DAY_MS,
    },
  ],
});

const googleAccount = (person: Person, nth: number) => ({
  provider: 'oauth_google',
  provider_user_id: String(100_000_000_000 + nth),
  email_address: addressOf(person),
});

function company(
  key: Company,
  joined: (nth: number) => number,
  now: number,
): NonNullable<SeedDescription['organizations']>[number] {
  const { name, domain, plan } = COMPANIES[key];
  const people = PEOPLE.flatMap((person, nth) => (person[2] === key ? [{ person, nth }] : []));
  const founder = people[0] as (typeof people)[number];
  return {
    name,
    slug: name.toLowerCase().replaceAll(' ', '-'),
    created_by: addressOf(founder.person),
    public_metadata: { plan },
    created_at: joined(founder.nth),
    members: people
      .filter(({ person }) => person[4]?.banned !== true)
      .map(({ person, nth }, place) => ({
        user: addressOf(person),
        role: place === 0 || (key === 'harbor' && place === 1) ? 'org:admin' : 'org:member',
        created_at: joined(nth),
      })),
    invitations: [
      {
        email_address: `newcomer@${domain}`,
        role: 'org:member',
        inviter: addressOf(founder.person),
        created_at: now - 3 * DAY_MS,
      },
      { email_address: `left@${domain}`, role: 'org:member', status: 'revoked', created_at: now - 40 * DAY_MS },
    ],
    domains: [{ name: domain, verified: key !== 'lumen' }],
  };
}

/** Those who may sign in have a session; every fourth has one on a phone as well. */
function session(person: Person, nth: number, at: number): NonNullable<SeedDescription['sessions']> {
  const [, , , , more] = person;
  const user = addressOf(person);
  if (more?.banned === true) return [{ user, status: 'revoked', created_at: at }];
  if (nth % 2 === 1 && nth % 3 !== 0) return [];
  const desktop = { user, browser_name: 'Firefox', city: 'Lisbon', country: 'PT', created_at: at };
  const mobile = { user, browser_name: 'Safari', is_mobile: true, city: 'Porto', country: 'PT', created_at: at };
  return nth % 4 === 0 ? [desktop, mobile] : [desktop];
}
