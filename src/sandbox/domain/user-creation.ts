import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { emailAddresses, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { authentication } from '../resources/instance-settings.js';
import { blankUser, hasSecondFactor, LOCK_MS, type UserRow, users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';
import { identifierExists, invalidParam, refuse, refuseParam, type SandboxError } from '../sandbox-error.js';
import { enrollOwner } from './enrollment.js';
import { flagsOf, parseTime } from './found.js';
import { type IdentifierType, parseIdentifier, parseUsername, refuseRestricted, refuseTaken } from './identifiers.js';
import { metadataOf } from './metadata.js';
import type { PasswordHash } from './password-hashers.js';
import { bringDigest, checkPassword, checkSize, hashPassword } from './passwords.js';
import { checkTotpSecret, keepBackupCodes } from './second-factors.js';

/** Clerk keeps no longer names. */
const MOST_NAME_LETTERS = 256;

export type PasswordFields = Pick<
  BodyOf<'Users_createNewUser' | 'Users_updateUserAttributes'>,
  'password' | 'password_digest' | 'password_hasher' | 'skip_password_checks'
>;

/** What creating and updating a user have in common. */
export type UserFields = Pick<
  BodyOf<'Users_createNewUser' | 'Users_updateUserAttributes'>,
  keyof BodyOf<'Users_createNewUser' | 'Users_updateUserAttributes'>
>;

type IdentificationStatus = 'verified' | 'reserved';

export type CreateUser = BodyOf<'Users_createNewUser'>;

/** The password to keep, or undefined for none given. Takes time: call it before looking at what others may change. */
export async function takePassword(instance: Instance, body: PasswordFields): Promise<PasswordHash | undefined> {
  const { password, password_digest: digest } = body;
  if (digest !== undefined && digest !== null) {
    if (password !== undefined && password !== null) {
      const why = 'Give either password or password_digest.';
      throw refuseParam('form_conditional_param_disallowed', 'password', 'is not allowed with password_digest', why);
    }
    return bringDigest(digest, body.password_hasher);
  }
  if (password === undefined || password === null) return undefined;
  if (body.skip_password_checks === true) checkSize(password);
  else checkPassword(instance, password);
  return hashPassword(password);
}

/** The columns that both creation and update set from the body; only those given. */
export function commonColumns(
  instance: Instance,
  body: UserFields,
  password: PasswordHash | undefined,
  user?: UserRow,
): Partial<Omit<UserRow, 'id'>> {
  const now = instance.now();
  const columns: Partial<Omit<UserRow, 'id'>> = flagsOf(body, [
    'delete_self_enabled',
    'create_organization_enabled',
    'bypass_client_trust',
  ]);
  for (const name of ['first_name', 'last_name', 'locale', 'timezone'] as const) {
    if (body[name] === undefined) continue;
    columns[name] = checkLength(body[name], name);
  }
  if (body.external_id !== undefined) columns.external_id = parseExternalId(instance, body.external_id, user?.id);
  if (body.username !== undefined) columns.username = parseUsername(instance, body.username, user?.id);
  if (password !== undefined) Object.assign(columns, { password, password_last_updated_at: now, password_compromised: false });
  if (typeof body.totp_secret === 'string') columns.totp_secret = checkTotpSecret(body.totp_secret);
  if (body.backup_codes !== undefined) columns.backup_codes = keepBackupCodes(body.backup_codes);
  const first = columns.totp_secret !== undefined && (user === undefined || !hasSecondFactor(user, instance));
  if (first) columns.mfa_enabled_at = now;
  if (body.create_organizations_limit !== undefined) columns.create_organizations_limit = body.create_organizations_limit;
  if (typeof body.legal_accepted_at === 'string')
    columns.legal_accepted_at = parseTime(body.legal_accepted_at, 'legal_accepted_at');
  if (typeof body.created_at === 'string') columns.created_at = parseTime(body.created_at, 'created_at');
  return columns;
}

function checkLength(text: string | null, param: string): string | null {
  if (text !== null && text.length > MOST_NAME_LETTERS) {
    const why = `${param} can have at most ${MOST_NAME_LETTERS} characters.`;
    throw refuseParam('form_param_max_length_exceeded', param, 'is too long', why);
  }
  return text;
}

function parseExternalId(instance: Instance, text: string | null, exceptUserId: string | undefined): string | null {
  if (text === null || text === '') return null;
  const holder = instance.one(users, 'external_id', text);
  if (holder !== undefined && holder.id !== exceptUserId) throw identifierExists('external_id', 'external id');
  return text;
}

interface NewIdentifier {
  readonly value: string;
  readonly reserved: boolean;
}

function readIdentifiers(
  instance: Instance,
  type: IdentifierType,
  given: readonly string[] = [],
  statuses: readonly IdentificationStatus[] = [],
): NewIdentifier[] {
  if (statuses.length > 0 && statuses.length !== given.length) {
    const param = `${type}_identification_status`;
    throw invalidParam(param, `${param} must have one item for each ${type}.`);
  }
  const values = given.map((text) => parseIdentifier(type, text));
  for (const [at, value] of values.entries()) {
    refuseTaken(instance, type, value);
    if (values.indexOf(value) !== at)
      throw refuseParam('form_param_duplicate', type, 'is given twice', `${value} is given twice.`);
  }
  return values.map((value, at) => ({ value, reserved: statuses[at] === 'reserved' }));
}

/** Creates a user with all identifiers, or nothing at all. @throws SandboxError */
export async function createUser(instance: Instance, body: CreateUser): Promise<UserRow> {
  const password = await takePassword(instance, body);
  const emails = readIdentifiers(instance, 'email_address', body.email_address, body.email_address_identification_status);
  const phones = readIdentifiers(instance, 'phone_number', body.phone_number, body.phone_number_identification_status);
  const wallets = readIdentifiers(instance, 'web3_wallet', body.web3_wallet);
  const columns = commonColumns(instance, body, password);
  const all = [...emails, ...phones, ...wallets].map(({ value }) => value);
  if (all.length === 0 && !columns.username && body.skip_user_requirement !== true) throw dataMissing(IDENTIFIERS);
  if (
    password === undefined &&
    body.skip_password_requirement !== true &&
    instance.store.setting(authentication).password_required
  ) {
    throw dataMissing(['password']);
  }
  if (body.skip_restriction_checks !== true) refuseRestricted(instance, all);
  const user = instance.insert(users, {
    ...blankUser(),
    ...columns,
    public_metadata: metadataOf(body, 'public_metadata'),
    private_metadata: metadataOf(body, 'private_metadata'),
    unsafe_metadata: metadataOf(body, 'unsafe_metadata'),
    banned: body.banned === true,
    locked_until: body.locked === true ? instance.now() + LOCK_MS : null,
  });
  const base = ({ reserved }: NewIdentifier) => ({
    user_id: user.id,
    reserved,
    verification: reserved ? null : VERIFIED_BY_ADMIN,
  });
  const addresses = emails.map((one) => instance.insert(emailAddresses, { ...base(one), email_address: one.value }));
  for (const address of addresses) enrollOwner(instance, address);
  const [email] = addresses;
  const [phone] = phones.map((one) =>
    instance.insert(phoneNumbers, {
      ...base(one),
      phone_number: one.value,
      reserved_for_second_factor: false,
      default_second_factor: false,
    }),
  );
  const [wallet] = wallets.map((one) => instance.insert(web3Wallets, { ...base(one), web3_wallet: one.value }));
  return instance.update(users, user, {
    primary_email_address_id: email?.id ?? null,
    primary_phone_number_id: phone?.id ?? null,
    primary_web3_wallet_id: wallet?.id ?? null,
  });
}

const IDENTIFIERS = ['email_address', 'phone_number', 'web3_wallet', 'username'];

/** @param names At least one of these is required. */
const dataMissing = (names: readonly string[]): SandboxError =>
  refuse(422, 'form_data_missing', 'missing data', `Give at least one of ${names.join(', ')}.`, { names });
