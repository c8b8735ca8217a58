import type { Instance } from '../instance.js';
import { CODE_MS, type CodeVerificationRow, codeStatus, codeVerifications } from '../resources/code-verification.js';
import { type EmailAddressRow, emailAddresses, type PhoneNumberRow, phoneNumbers } from '../resources/identifiers.js';
import { communication, instanceSettings } from '../resources/instance-settings.js';
import { countryOf } from '../resources/sms-countries.js';
import type { TemplateType } from '../resources/system-templates.js';
import { notFound, refuse, tooManyRequests } from '../sandbox-error.js';
import { sendMessage } from './messages.js';

/** What Clerk's test mode sends to its reserved addresses and to fictional numbers, so that tests need no mailbox. */
const TEST_CODE = '424242';
const TEST_MARK = '+clerk_test';
const FICTIONAL_NUMBER = /^\+1\d{3}55501\d\d$/;

const DIGITS = 6;
const MINUTE_MS = 60 * 1000;
/** Between two text messages to one number. */
const PAUSE_MS = 30 * 1000;

/** Whom a code goes to. */
interface Receiver {
  readonly id: string;
  readonly user_id: string;
  readonly to: string;
  readonly type: TemplateType;
}

const newest = (instance: Instance, identificationId: string): CodeVerificationRow | undefined =>
  instance.many(codeVerifications, 'identification_id', identificationId).at(-1);

function send(instance: Instance, { id, user_id, to, type }: Receiver, isTest: boolean): CodeVerificationRow {
  const drawn = Math.floor(instance.random.fraction() * 10 ** DIGITS);
  const code = isTest ? TEST_CODE : String(drawn).padStart(DIGITS, '0');
  const row = instance.insert(codeVerifications, {
    identification_id: id,
    strategy: type === 'sms' ? 'phone_code' : 'email_code',
    code,
    attempts: 0,
    expire_at: instance.now() + CODE_MS,
    accepted: false,
  });
  const values = {
    otp_code: code,
    ttl_minutes: String(CODE_MS / MINUTE_MS),
    requested_at: new Date(instance.now()).toUTCString(),
  };
  sendMessage(instance, { type, slug: 'verification_code', to, identification_id: id, user_id, values });
  return row;
}

function isTestAddress(address: string): boolean {
  const mark = address.indexOf(TEST_MARK);
  return mark !== -1 && address.includes('@', mark);
}

const inTestMode = (instance: Instance): boolean => instance.store.setting(instanceSettings).test_mode;

export const sendEmailCode = (instance: Instance, { id, user_id, email_address: to }: EmailAddressRow): CodeVerificationRow =>
  send(instance, { id, user_id, to, type: 'email' }, inTestMode(instance) && isTestAddress(to));

/** @throws SandboxError when no messages go to the number's country, or the last one went out a moment ago. */
export function sendPhoneCode(instance: Instance, { id, user_id, phone_number: number }: PhoneNumberRow): CodeVerificationRow {
  const receiver = { id, user_id, to: number, type: 'sms' } as const;
  if (inTestMode(instance) && FICTIONAL_NUMBER.test(number)) return send(instance, receiver, true);
  const country = countryOf(number);
  if (country !== undefined && instance.store.setting(communication).blocked_country_codes.includes(country)) {
    const why = `The instance sends no text messages to ${country}.`;
    throw refuse(403, 'unsupported_country_code', 'Unsupported country code', why);
  }
  const wait = (newest(instance, id)?.created_at ?? Number.NEGATIVE_INFINITY) + PAUSE_MS - instance.now();
  if (wait > 0) {
    const why = 'A code was sent to the number a moment ago. ';
    const code = 'verification_code_too_many_requests';
    throw tooManyRequests(Math.ceil(wait / 1000), code, 'Too many verification code requests', why);
  }
  return send(instance, receiver, false);
}

/**
 * Holds a code against one that was sent to the identifier. A wrong or late one shows in the verification's status only.
 * @throws SandboxError when there is no such verification, or its code was accepted before.
 */
export function tryCode(instance: Instance, identificationId: string, verificationId: string, code: string): CodeVerificationRow {
  const row = instance.get(codeVerifications, verificationId);
  if (row?.identification_id !== identificationId) throw notFound('verification', verificationId);
  if (row.accepted) {
    const why = 'The code of this verification was accepted before. Prepare a new one.';
    throw refuse(400, 'verification_already_verified', 'Already verified', why);
  }
  if (codeStatus(row, instance) !== 'unverified') return row;
  return instance.update(codeVerifications, row, { attempts: row.attempts + 1, accepted: row.code === code });
}

/** The code of a verification, or the last one sent to an e-mail address or phone number, by its id. @throws SandboxError 404. */
export function codeOf(instance: Instance, id: string): object {
  const row = instance.get(codeVerifications, id) ?? newest(instance, id);
  if (row === undefined) throw notFound('verification code for an e-mail address, a phone number or a verification', id);
  const to =
    instance.get(emailAddresses, row.identification_id)?.email_address ??
    instance.get(phoneNumbers, row.identification_id)?.phone_number;
  return { verification_id: row.id, to, code: row.code, status: codeStatus(row, instance), expire_at: row.expire_at };
}
