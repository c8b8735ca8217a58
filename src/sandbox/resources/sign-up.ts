import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { Metadata } from './shapes.js';

/** How long a sign-up may be left alone. */
export const SIGN_UP_MS = 24 * 60 * 60 * 1000;

/** A person's attempt to become a user. */
export interface SignUpRow extends Row {
  email_address: string | null;
  phone_number: string | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  unsafe_metadata: Metadata;
  external_id: string | null;
  /** It waits for a step of the application's own. */
  custom_action: boolean;
  /** The user that came of it; null while it is unfinished. */
  created_user_id: string | null;
  abandon_at: number;
}

const identifierFields = ['email_address', 'phone_number'] as const;
type IdentifierField = (typeof identifierFields)[number];

const REQUIRED: readonly IdentifierField[] = ['email_address'];
const OPTIONAL = ['phone_number', 'username', 'first_name', 'last_name'] as const;
const STRATEGIES: Readonly<Record<IdentifierField, string>> = { email_address: 'email_code', phone_number: 'phone_code' };

/** A sign-up is finished by its user, or by time. */
export function signUpStatus(row: SignUpRow, instance: Instance): 'missing_requirements' | 'complete' | 'abandoned' {
  if (row.created_user_id !== null) return 'complete';
  return row.abandon_at <= instance.now() ? 'abandoned' : 'missing_requirements';
}

export const signUps = defineResource<SignUpRow>()({
  name: 'sign_up_attempt',
  title: 'sign-up',
  prefix: 'sua',
  owners: { user: 'created_user_id' },
  show: (row, instance) => {
    const { created_at: _, updated_at: __, ...sent } = row;
    const unverified = row.created_user_id === null ? identifierFields.filter((field) => row[field] !== null) : [];
    const verificationOf = (field: IdentifierField) =>
      unverified.includes(field) ? { next_action: 'needs_attempt', supported_strategies: [STRATEGIES[field]] } : null;
    return {
      object: 'sign_up_attempt',
      ...sent,
      status: signUpStatus(row, instance),
      required_fields: REQUIRED,
      optional_fields: OPTIONAL,
      missing_fields: REQUIRED.filter((field) => row[field] === null),
      unverified_fields: unverified,
      verifications: {
        email_address: verificationOf('email_address'),
        phone_number: verificationOf('phone_number'),
        web3_wallet: null,
        external_account: null,
      },
      web3_wallet: null,
      password_enabled: false,
      public_metadata: {},
      created_session_id: null,
      legal_accepted_at: null,
    };
  },
});
