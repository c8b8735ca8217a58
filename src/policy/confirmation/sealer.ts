import { createHmac, timingSafeEqual } from 'node:crypto';
import { MEMORY_BYTES } from '../../limits/once-store.js';
import { LONGEST_AHEAD_MS } from './lifetime.js';

/** What a confirmation is good for. `args` is the canonical JSON of the arguments. */
export interface Binding {
  readonly operation: string;
  readonly args: string;
  readonly caller: string;
  readonly instance: string;
}

/** Why a seal does not hold for this call. */
export type SealFault =
  | 'malformed'
  | 'not_ours'
  | 'other_instance'
  | 'other_caller'
  | 'other_operation'
  | 'other_arguments'
  | 'expired';

export type Opened =
  | {
      readonly ok: true /** To be claimed once. */;
      readonly id: string;
      /** What the store's memory was when it was made. */
      readonly memory: string;
      readonly expiresAt: number;
      readonly nonce: Buffer;
      readonly carried: Buffer;
    }
  | { readonly ok: false; readonly fault: SealFault };

/**
 * A seal for one purpose is never accepted for another. `unasked`: a token for a call whose client showed the question
 * to no person.
 */
export type Purpose = 'token' | 'question' | 'unasked';

export interface SealerOptions {
  /** At least 32 bytes. */
  readonly key: Buffer;
  readonly now: () => number;
  readonly randomBytes: (size: number) => Buffer;
}

const MAC = 32;
const NONCE = 12;
const MARK = 4;
const PREFIX = { token: 'cft_', question: 'cfq_', unasked: 'cfu_' } as const satisfies Record<Purpose, string>;
/** In the order in which differences are named, the broadest first. */
const PARTS = ['instance', 'caller', 'operation', 'args'] as const satisfies readonly (keyof Binding)[];
const FLAW_OF = {
  instance: 'other_instance',
  caller: 'other_caller',
  operation: 'other_operation',
  args: 'other_arguments',
} as const;
const MEMORY_AT = 6 + NONCE + PARTS.length * MARK;
const HEAD = MEMORY_AT + MEMORY_BYTES;
const LONGEST = 1024;

/**
 * Seals a confirmation to one call. Layout before base64url: expiry in Unix ms (6 bytes), nonce (12), a
 * 4-byte mark per bound part, the store's memory (9), carried bytes, HMAC-SHA256 (32) over all of that and over the bound
 * parts in full. The marks only serve to say which part differs; nothing is accepted on their word.
 */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #key: Buffer;

  constructor(options: SealerOptions) {
    if (options.key.length < 32) throw new Error('the signing key must have 32 bytes or more');
    this.#options = options;
    this.#key = createHmac('sha256', options.key).update('clerk-mcp confirmation 2').digest();
  }

  /**
   * @param memory of the store that is to remember its use
   * @param carried may depend on the nonce, which is chosen here
   */
  seal(
    purpose: Purpose,
    binding: Binding,
    { lifetimeMs, memory, carried }: { lifetimeMs: number; memory: string; carried?: (nonce: Buffer) => Buffer },
  ): string {
    const expiry = Buffer.alloc(6);
    expiry.writeUIntBE(this.#options.now() + lifetimeMs, 0, 6);
    const remembered = Buffer.from(memory, 'base64url');
    if (remembered.length !== MEMORY_BYTES) throw new Error('not a memory of a store');
    const nonce = this.#options.randomBytes(NONCE);
    const marks = PARTS.map((part) => this.#mark(nonce, part, binding));
    const body = Buffer.concat([expiry, nonce, ...marks, remembered, carried?.(nonce) ?? Buffer.alloc(0)]);
    return PREFIX[purpose] + Buffer.concat([body, this.#mac(purpose, body, binding)]).toString('base64url');
  }

  open(purpose: Purpose, text: string, binding: Binding): Opened {
    const sealed = decode(purpose, text);
    if (sealed === undefined) return { ok: false, fault: 'malformed' };
    const body = sealed.subarray(0, -MAC);
    const nonce = body.subarray(6, 6 + NONCE);
    if (!timingSafeEqual(sealed.subarray(-MAC), this.#mac(purpose, body, binding))) {
      return { ok: false, fault: this.#difference(body, nonce, binding) };
    }
    const expiresAt = body.readUIntBE(0, 6);
    const left = expiresAt - this.#options.now();
    if (left <= 0 || left > LONGEST_AHEAD_MS) return { ok: false, fault: 'expired' };
    const memory = body.subarray(MEMORY_AT, HEAD).toString('base64url');
    return { ok: true, id: nonce.toString('base64url'), memory, expiresAt, nonce, carried: body.subarray(HEAD) };
  }

  /** A keyed digest that reveals nothing of the text, not even whether a guess of it is right. */
  digest(label: string, text: string | Buffer, nonce: Buffer = Buffer.alloc(0)): Buffer {
    return createHmac('sha256', this.#key).update(`${label}\0`).update(nonce).update('\0').update(text).digest();
  }

  #mark(nonce: Buffer, part: keyof Binding, binding: Binding): Buffer {
    return this.digest(`mark ${part}`, binding[part], nonce).subarray(0, MARK);
  }

  #mac(purpose: Purpose, body: Buffer, binding: Binding): Buffer {
    const mac = createHmac('sha256', this.#key).update(`${purpose}\0${body.length}\0`).update(body);
    // Each part comes with its length, so that no two different bindings yield the same input.
    for (const part of PARTS) mac.update(`\0${Buffer.byteLength(binding[part])}\0`).update(binding[part]);
    return mac.digest();
  }

  #difference(body: Buffer, nonce: Buffer, binding: Binding): SealFault {
    const differing = PARTS.filter((part, index) => {
      const at = 6 + NONCE + index * MARK;
      return !timingSafeEqual(body.subarray(at, at + MARK), this.#mark(nonce, part, binding));
    });
    const first = differing[0];
    return first === undefined || differing.length === PARTS.length ? 'not_ours' : FLAW_OF[first];
  }
}

function decode(purpose: Purpose, text: string): Buffer | undefined {
  const prefix = PREFIX[purpose];
  if (text.length > LONGEST || !text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  const sealed = Buffer.from(encoded, 'base64url');
  return sealed.length < HEAD + MAC || sealed.toString('base64url') !== encoded ? undefined : sealed;
}
