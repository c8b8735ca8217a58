import { createHash } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import * as z from 'zod';
import type { RecordStore } from '../../limits/record-store.js';
import { type Approver, ApproverFileError, type Passkey } from '../approver-file.js';
import type { Approvers } from '../approvers.js';

/** Where a passkey is used: `localhost:5776`, `approvals.example.com`. */
export type Host = string;

export interface PasskeysOptions {
  readonly approvers: Approvers;
  readonly records: RecordStore;
  readonly onError: (error: unknown) => void;
}

/** Longer than an approval lasts. */
const USED_MS = 48 * 3_600_000;
const TIMEOUT_MS = 120_000;

const text = z.string().max(20_000);
const credential = <T extends z.ZodRawShape>(response: T) =>
  z.object({
    id: text,
    rawId: text,
    type: z.literal('public-key'),
    authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
    clientExtensionResults: z.object({}).default({}),
    response: z.object(response),
  });
const assertionSchema = credential({
  clientDataJSON: text,
  authenticatorData: text,
  signature: text,
  userHandle: text.optional(),
});
const attestationSchema = credential({
  clientDataJSON: text,
  attestationObject: text,
  transports: z.array(z.string().max(32)).max(8).optional(),
});

/** Signs people in, and signs approvals, with passkeys. */
export class Passkeys {
  readonly #options: PasskeysOptions;

  constructor(options: PasskeysOptions) {
    this.#options = options;
  }

  /**
   * The approver whose passkey just signed the challenge; `undefined` if no known one did, or the signature was seen before.
   * @throws StoreUnavailableError, ApproverFileError
   */
  async whoSigned(answer: string, challenge: string, host: Host): Promise<Approver | undefined> {
    const response = parse(assertionSchema, answer);
    if (response === undefined) return undefined;
    const rpId = rpIdOf(host);
    const approver = (await this.#options.approvers.all()).find((one) =>
      passkeysAt(one, host).some(({ id }) => id === response.id),
    );
    const passkey = approver?.passkeys?.find(({ id }) => id === response.id);
    if (approver === undefined || passkey === undefined) return undefined;
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const verified = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(host),
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: Uint8Array.from(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter,
      },
    }).catch(() => undefined);
    if (verified?.verified !== true || !(await this.#isNew(response.response.signature))) return undefined;
    await this.#count(approver, passkey, verified.authenticationInfo.newCounter);
    return approver;
  }

  /** The request to the browser for enrolling a passkey. */
  async creation(approver: Approver, challenge: string, host: Host): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    return generateRegistrationOptions({
      rpName: 'clerk-mcp approvals',
      rpID: rpIdOf(host),
      userName: approver.name,
      userID: Uint8Array.from(createHash('sha256').update(`${approver.name}\n${approver.added}`).digest()),
      challenge: Uint8Array.from(Buffer.from(challenge, 'base64url')),
      timeout: TIMEOUT_MS,
      // Signing in with it takes no name, so that names cannot be tried out.
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: passkeysAt(approver, host).map(({ id }) => ({ id })),
    });
  }

  /** The new passkey; `undefined` if the browser's answer is not valid. */
  async created(answer: string, challenge: string, host: Host, now: number): Promise<Passkey | undefined> {
    const response = parse(attestationSchema, answer);
    if (response === undefined) return undefined;
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const rpId = rpIdOf(host);
    const { registrationInfo } = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: originsOf(host),
      expectedRPID: rpId,
      requireUserVerification: true,
    }).catch(() => ({ registrationInfo: undefined }));
    if (registrationInfo === undefined) return undefined;
    const { id, publicKey, counter } = registrationInfo.credential;
    const { transports } = response.response;
    return {
      id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      rpId,
      added: new Date(now).toISOString(),
      ...(transports && { transports }),
    };
  }

  async #isNew(signature: string): Promise<boolean> {
    const id = createHash('sha256').update(Buffer.from(signature, 'base64url')).digest('base64url');
    return this.#options.records.swap('passkey-signature', id, { from: undefined, to: '1', ttlMs: USED_MS });
  }

  /** A file that cannot be written does not keep people from signing in: even so, no signature counts twice. */
  async #count({ name }: Approver, { id, counter }: Passkey, newCounter: number): Promise<void> {
    if (newCounter === counter) return;
    try {
      await this.#options.approvers.update(name, (approver) => ({
        ...approver,
        passkeys: approver.passkeys?.map((one) => (one.id === id ? { ...one, counter: newCounter } : one)),
      }));
    } catch (error) {
      if (!(error instanceof ApproverFileError)) throw error;
      this.#options.onError(error);
    }
  }
}

/** The request to the browser; without ids it offers all passkeys it has for this host. */
export const requestOptions = (challenge: string, host: Host, ids: readonly string[]): PublicKeyCredentialRequestOptionsJSON => ({
  challenge,
  rpId: rpIdOf(host),
  allowCredentials: ids.map((id) => ({ id, type: 'public-key' })),
  userVerification: 'required',
  timeout: TIMEOUT_MS,
});

/** The passkeys that work at a host: browsers offer no others. */
export const passkeysAt = ({ passkeys = [] }: Approver, host: Host): readonly Passkey[] =>
  passkeys.filter(({ rpId }) => rpId === rpIdOf(host));

/** Whether browsers let a host use passkeys, which they do not for IP addresses. */
export const canUsePasskeys = (host: Host): boolean => /[a-z]/.test(rpIdOf(host)) && !host.startsWith('[');

/** The challenge that a passkey's answer claims to have signed; the caller has to check it. */
export function claimedChallenge(answer: string): string {
  try {
    const { response } = JSON.parse(answer) as { response: { clientDataJSON: string } };
    const data = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as { challenge?: unknown };
    return typeof data.challenge === 'string' ? data.challenge : '';
  } catch {
    return '';
  }
}

const rpIdOf = (host: Host): string => host.replace(/:\d+$/, '');

/** Browsers use passkeys only over TLS or on their own machine. */
const originsOf = (host: Host): string[] => [`https://${host}`, ...(rpIdOf(host) === 'localhost' ? [`http://${host}`] : [])];

function parse<T>(schema: z.ZodType<T>, answer: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(answer)).data;
  } catch {
    return undefined;
  }
}
