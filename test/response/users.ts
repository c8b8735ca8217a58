/** A user as the API answers with one, with what a grown instance has in it. `n` makes each different. */
export function user(n: number): Record<string, unknown> {
  const first = FIRST[n % FIRST.length] as string;
  const last = LAST[(n * 3) % LAST.length] as string;
  const handle = `${first}.${last}`.toLowerCase().replaceAll(/[^a-z.]/g, '');
  const image = `https://img.clerk.com/${token(n + 40, 160)}`;
  const external = {
    object: 'external_account',
    id: id('eac', n),
    provider: 'oauth_google',
    identification_id: id('idn', n + 300),
    provider_user_id: `1${String(10 ** 19 + n * 7919).slice(0, 20)}`,
    approved_scopes: 'email https://www.googleapis.com/auth/userinfo.email openid profile',
    email_address: `${handle}@gmail.com`,
    first_name: first,
    last_name: last,
    avatar_url: `https://lh3.googleusercontent.com/a/${token(n, 40)}`,
    image_url: `${image}2`,
    username: null,
    public_metadata: {},
    label: null,
    created_at: 1_700_000_000_000 + n,
    updated_at: 1_700_000_000_000 + n,
    verification: {
      object: 'verification_oauth',
      status: 'verified',
      strategy: 'oauth_google',
      attempts: null,
      expire_at: 1_700_000_600_000,
    },
  };
  return {
    id: id('user', n),
    object: 'user',
    username: n % 3 === 0 ? null : handle,
    first_name: first,
    last_name: last,
    locale: n % 2 === 0 ? 'en-US' : null,
    image_url: image,
    has_image: n % 2 === 0,
    primary_email_address_id: id('idn', n),
    primary_phone_number_id: n % 2 === 0 ? id('idn', n + 100) : null,
    primary_web3_wallet_id: null,
    password_enabled: true,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: [
      email(id('idn', n + 200), `${handle}@example.org`),
      email(id('idn', n), `${handle}@${n % 2 === 0 ? 'example.com' : 'mail.example.co.uk'}`),
    ],
    phone_numbers: n % 2 === 0 ? [phone(id('idn', n + 100), `+1555555${String(100 + n).padStart(4, '0')}`)] : [],
    web3_wallets: [],
    passkeys: [],
    external_accounts: [external],
    saml_accounts: [],
    enterprise_accounts: [],
    password_last_updated_at: 1_704_067_200_000 + n,
    public_metadata: n % 4 === 0 ? { plan: 'pro', seats: n } : {},
    private_metadata: { stripe_customer: `cus_${token(n, 14)}`, flags: [], note: '' },
    unsafe_metadata: {},
    external_id: n % 5 === 0 ? `crm-${n}` : null,
    last_sign_in_at: 1_716_239_022_333 + n * 86_400_000,
    banned: n % 7 === 6,
    locked: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: 1_690_000_000_123 + n * 3_600_000,
    updated_at: 1_716_239_022_333 + n,
    delete_self_enabled: true,
    create_organization_enabled: true,
    last_active_at: 1_716_239_000_000,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: null,
    profile_image_url: image,
  };
}

const FIRST = ['Ada', 'Grace', 'Linus', 'Margaret', 'Zoë', 'Wojciech', 'Aaliyah', 'Jean-Pierre', 'Nguyễn', 'Olu'];
const LAST = ['Lovelace', 'Hopper', 'Torvalds', 'Hamilton', "O'Brien", 'Kowalczyk', 'Abdulrahman', 'Dupont', 'Anh', 'Adeyemi'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits that look drawn at random and are the same in every run. */
export function token(seed: number, length: number): string {
  let state = seed * 2_654_435_761 + 12_345;
  let out = '';
  while (out.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out += LETTERS[(state >>> 16) % LETTERS.length];
  }
  return out;
}

export const id = (prefix: string, n: number): string => `${prefix}_2${token(n + 7, 26)}`;

const email = (emailId: string, address: string): object => ({
  id: emailId,
  object: 'email_address',
  email_address: address,
  reserved: false,
  verification: {
    object: 'verification_otp',
    status: 'verified',
    strategy: 'email_code',
    attempts: 1,
    expire_at: 1_700_000_600_000,
  },
  linked_to: [],
  matches_sso_connection: false,
  created_at: 1_690_000_000_000,
  updated_at: 1_690_000_000_000,
});

const phone = (phoneId: string, number: string): object => ({
  id: phoneId,
  object: 'phone_number',
  phone_number: number,
  reserved_for_second_factor: false,
  default_second_factor: false,
  reserved: false,
  verification: {
    object: 'verification_otp',
    status: 'verified',
    strategy: 'phone_code',
    attempts: 1,
    expire_at: 1_700_000_600_000,
  },
  linked_to: [],
  backup_codes: null,
  created_at: 1_690_000_000_000,
  updated_at: 1_690_000_000_000,
});
