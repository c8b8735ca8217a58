import type { Catalog } from '../catalog/catalog.js';
import type { BudgetStore } from '../limits/counter-store.js';
import type { OnceStore } from '../limits/once-store.js';
import type { AuditSink } from './audit/log.js';
import type { Approvals } from './confirmation/approvals.js';
import type { Instance, Read, Way } from './policy-types.js';
import type { GrantedWho } from './rules/grant-matches.js';
import type { PolicyFile } from './rules/policy-file.js';
import type { SecretsDir } from './secrets/secrets-dir.js';
import type { WantedStrength } from './strengths.js';

export interface PolicyOptions {
  readonly catalog: Catalog;
  readonly instance: Instance;
  /** Looks up what a call is about; only ever asked for operations of risk `read`. */
  readonly read: Read;
  /** Default: the built-in rules and budgets alone. */
  readonly file?: PolicyFile | undefined;
  /** Who issues the callers' tokens, if they use any. */
  readonly issuer?: string | undefined;
  /** Whom the file of grants names now. Default: there is no such file. */
  readonly granted?: (() => readonly GrantedWho[]) | undefined;
  /** What gated calls need unless a rule says otherwise. Default: `auto`. */
  readonly confirm?: WantedStrength | undefined;
  /** 32 bytes or more, the same in all processes that share the work. Default: random. */
  readonly signingKey?: Buffer | string | undefined;
  /** Where used confirmations are remembered. Default: in this process. */
  readonly once?: OnceStore | undefined;
  /** Where budgets are counted. Default: in this process. */
  readonly counters?: BudgetStore | undefined;
  readonly audit?: AuditSink | undefined;
  /** Whether calls that only read are put on record, too; one that cannot be is not made. Default: false. */
  readonly auditReads?: boolean | undefined;
  readonly secrets?: SecretsDir | undefined;
  /** Whether the state before a single call is kept, so that the call can be undone. Default: false. */
  readonly keepsFormer?: boolean | undefined;
  /** Whether every gated call is refused, confirmed or not. Default: false. */
  readonly readOnly?: boolean | undefined;
  /** Whether targets and consequences are looked up. Default: true. */
  readonly preview?: boolean | undefined;
  /** Longest wait for one such lookup. Default: 5000. */
  readonly previewTimeoutMs?: number | undefined;
  /** The ways of asking a person, in the order in which they are tried. Default: `client`, then `page`. */
  readonly ask?: readonly Way[] | undefined;
  /** Where calls are put before people who are not at the client. Default: nowhere. */
  readonly approvals?: Approvals | undefined;
  /** How long a call waits there before it is answered without a decision, in milliseconds. Default: 45,000. */
  readonly askWaitMs?: number | undefined;
  /** A no that comes sooner than this, in milliseconds, counts as the client's own, not as a person's. Default: 1000. */
  readonly instantMs?: number | undefined;
  /** What the operator should know: one line each, without secrets. */
  readonly warn?: ((message: string) => void) | undefined;
  readonly now?: (() => number) | undefined;
  readonly randomBytes?: ((size: number) => Buffer) | undefined;
}
