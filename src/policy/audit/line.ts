import { createHash } from 'node:crypto';
import { scrub } from '../../platform/scrub.js';
import { type AuditKey, signatureOf } from './key.js';

/** `prev` of a chain's first line. */
export const GENESIS = '0'.repeat(64);

/** Why a log begins with a later line: it was renamed, emptied or deleted while no process had it open. */
export const FOUND_EMPTY = 'found empty';

/**
 * What a line reports.
 * `start`: a process opened the log. `continued`: first line after a rotation. `recovered`: the log could be
 * written again. `intent`: about to send. `outcome`: how that ended. `refused`, `asked`: decisions without a
 * request. `unanswered`: a question that no person is known to have seen. `rotated`: last line before a
 * rotation. `stop`: the process shut down cleanly.
 */
export const KINDS = [
  'start',
  'continued',
  'recovered',
  'intent',
  'outcome',
  'refused',
  'asked',
  'unanswered',
  'rotated',
  'stop',
] as const;
export type Kind = (typeof KINDS)[number];

/** A call with an intent on record but no outcome. */
export interface OpenCall {
  readonly call: string;
  readonly operation: string;
  readonly time: string;
}

/** The remains of lines that a crash or a full disk cut short. `sha256` is over those bytes. */
export interface PartialLine {
  readonly bytes: number;
  readonly sha256: string;
}

/** An approval on record. */
export interface RecordedApproval {
  readonly id: string;
  /** SHA-256 of all that was shown, base64url; what a passkey signs. */
  readonly shown: string;
  /** What was shown; long texts are cut. */
  readonly shownText: string;
  readonly words: readonly {
    readonly approver: string;
    /** How they signed in: `passkey`, `passphrase` or `oauth`. */
    readonly method: string;
    /** Whether they authenticated again for this very decision. */
    readonly fresh: boolean;
    /** How long they looked. */
    readonly lookedMs: number;
  }[];
}

/** The content of a line; every kind has some of these. */
export interface AuditFields {
  readonly kind: Kind;
  /** Random id that joins an intent to its outcome. */
  readonly call?: string | undefined;
  readonly caller?: string | undefined;
  readonly transport?: string | undefined;
  readonly client?: string | undefined;
  readonly clientVersion?: string | undefined;
  readonly instance?: { readonly kind: string; readonly id: string; readonly name?: string | undefined } | undefined;
  readonly operation?: string | undefined;
  readonly risk?: string | undefined;
  readonly target?: string | undefined;
  /** Secrets masked, long values cut. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** Hash of the whole canonical arguments, with secrets replaced by keyed digests. */
  readonly argsSha256?: string | undefined;
  readonly decision?: 'allowed' | 'refused' | 'asked' | 'unanswered' | undefined;
  /** Why refused. */
  readonly reason?: string | undefined;
  readonly rule?: string | undefined;
  readonly strength?: string | undefined;
  /** How a person is, or was, asked: `client` or `page`. */
  readonly way?: string | undefined;
  /** How long the answer to the question took. */
  readonly answeredMs?: number | undefined;
  /** What was shown to people away from the client, and what they decided. */
  readonly approval?: RecordedApproval | undefined;
  /** Who confirmed, and how: `person, by typing`. */
  readonly confirmed?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly trace?: string | undefined;
  readonly mayHaveHappened?: boolean | undefined;
  readonly durationMs?: number | undefined;
  readonly secretFile?: string | undefined;
  readonly pid?: number | undefined;
  /** On `start`: calls that the process before left without an outcome. On `continued`: calls under way. */
  readonly open?: readonly OpenCall[] | undefined;
  /** On `recovered`: calls whose intent may be on record above, but which were refused because the log failed. */
  readonly notSent?: readonly string[] | undefined;
  readonly torn?: PartialLine | undefined;
  /** On `start`: numbers of the lines missing from the end of the log. */
  readonly lost?: { readonly from: number; readonly to: number } | undefined;
  /** On `start`: the record goes to a stream. Each process begins a chain of its own there, and no head is kept. */
  readonly stream?: true | undefined;
}

export interface AuditLine extends AuditFields {
  readonly seq: number;
  readonly time: string;
  /** SHA-256 of the line before, without its line break. */
  readonly prev: string;
  /** First 16 hex digits of the SHA-256 of this line up to `,"sum"`. */
  readonly sum: string;
  /** Signature of this line up to `,"mac"`. Lines of logs begun before keys existed have none. */
  readonly mac?: string | undefined;
}

export interface ChainLink {
  readonly seq: number;
  readonly prev: string;
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const sumOf = (body: string): string => sha256(body).slice(0, 16);

/** One line, without its line break, signed if there is a key. Line separators are escaped, so that every reader sees one line. */
export function writeLine(fields: AuditFields, { seq, prev }: ChainLink, time: string, key: AuditKey | undefined): string {
  const json = scrub(JSON.stringify({ seq, time, ...fields, prev })).replace(
    /[\u2028\u2029\u0085]/g,
    (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const body = json.slice(0, -1);
  const summed = `${body},"sum":"${sumOf(body)}"`;
  if (key === undefined) return `${summed}}`;
  return `${summed},"mac":"${signatureOf(key.secret, 'line', summed)}"}`;
}

const SUM = /,"sum":"([0-9a-f]{16})"(?:,"mac":"([0-9a-f]{32})")?\}$/;
const MAC_LENGTH = ',"mac":""}'.length + 32;

export interface ReadLine {
  readonly line: AuditLine;
  /** Whether the content matches the checksum, which anyone can compute; in a line cut short by a crash it does not. */
  readonly intact: boolean;
  /** Whether it bears a signature. */
  readonly isSigned: boolean;
  /** Whether the key made that signature. */
  isSignedBy(key: AuditKey): boolean;
}

/** `undefined` for anything that is not one of our lines. */
export function readLine(text: string): ReadLine | undefined {
  const line = parse(text);
  if (line === undefined) return undefined;
  const sum = SUM.exec(text);
  return {
    line,
    intact: sum !== null && sumOf(text.slice(0, sum.index)) === sum[1],
    isSigned: sum?.[2] !== undefined,
    isSignedBy: ({ secret }) => sum?.[2] === signatureOf(secret, 'line', text.slice(0, -MAC_LENGTH)),
  };
}

function parse(text: string): AuditLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object') return undefined;
    const { seq, prev, kind, time } = value as Partial<AuditLine>;
    const ours =
      Number.isSafeInteger(seq) && typeof prev === 'string' && typeof time === 'string' && KINDS.includes(kind as Kind);
    return ours ? (value as AuditLine) : undefined;
  } catch {
    return undefined;
  }
}
