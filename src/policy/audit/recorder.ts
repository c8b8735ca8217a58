import type { Operation } from '../../catalog/operation.js';
import { isGated } from '../../catalog/operation.js';
import type { Risk } from '../../catalog/operation-types.js';
import { errorMessage } from '../../platform/error-message.js';
import { isRecord } from '../../platform/is-record.js';
import type { Needs } from '../confirmation/approvals.js';
import { TooDeepError } from '../confirmation/canonical.js';
import { logAway, logAwayForReads, type Refusal, secretLost, secretsAway } from '../confirmation/refusals.js';
import type { Sealer } from '../confirmation/sealer.js';
import { type Delivered, type Instance, type Outcome, type PolicyCall, PolicyRefusal, type Recorded } from '../policy-types.js';
import { coverSecrets, withoutSecrets } from '../secrets/answer-secrets.js';
import { canonicalWithoutSecrets, maskArguments } from '../secrets/masking.js';
import type { SecretFile, SecretsDir } from '../secrets/secrets-dir.js';
import type { Strength } from '../strengths.js';
import { type AuditFields, type RecordedApproval, sha256 } from './line.js';
import type { AuditSink } from './log.js';

/** What is known of a call when it is decided. */
export interface DecidedCall {
  readonly call: PolicyCall;
  /** Random; joins the lines of one call. */
  readonly id: string;
  /** The heaviest of `risks`. */
  readonly risk: Risk;
  readonly risks: readonly Risk[];
  /** What will happen, as the declaration says it. */
  readonly effects: readonly string[];
  /** Name of the rule that decided. */
  readonly rule: string;
  /** How the call has to be confirmed; `undefined` if a rule lets it through. */
  readonly strength?: Strength | undefined;
  /** What a person's approval must fulfil, if one is needed. */
  readonly needs?: Needs | undefined;
  /** How long the call can be approved and used, in milliseconds, if a rule says so. */
  readonly withinMs?: number | undefined;
  /** What was shown to people away from the client. */
  readonly approval?: RecordedApproval | undefined;
  /** As a person would name it. */
  readonly target?: string | undefined;
  /** Whether a person has agreed to the list that holds the call. */
  readonly byPerson?: boolean | undefined;
  /** How a person is, or was, asked. */
  readonly way?: string | undefined;
  /** How long their answer took, in milliseconds. */
  readonly answeredMs?: number | undefined;
}

export interface RecorderOptions {
  readonly audit: AuditSink | undefined;
  readonly secrets: SecretsDir | undefined;
  readonly sealer: Sealer;
  readonly instance: Instance;
  /** Whether calls that only read are put on record, too. */
  readonly reads: boolean;
  /** The call's target, as it was shown or as the call names it. */
  readonly targetOf: (call: PolicyCall) => string | undefined;
  /** Milliseconds. Default: a monotonic clock, so that no duration is negative. */
  readonly now?: (() => number) | undefined;
  readonly warn: (message: string) => void;
}

const IN_FILE = '[in secret_file]';

/** A call that was not confirmed as `credential` gets its answer without secrets. */
const covered = (operation: Operation): Delivered => ({ shown: (answer) => withoutSecrets(answer, operation) });

const whole: Delivered = { shown: (answer) => answer };

/** Puts decisions and requests on record, and keeps secrets out of results. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #now: () => number;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether the log can be written, or there is none. */
  async works(): Promise<boolean> {
    try {
      await this.#options.audit?.check();
      return true;
    } catch {
      return false;
    }
  }

  /** Records a decision without a request. A failing log does not undo a refusal. */
  async decided(facts: DecidedCall, decision: 'refused' | 'asked' | 'unanswered', reason: string | undefined): Promise<void> {
    const { audit, warn } = this.#options;
    if (audit === undefined) return;
    try {
      await audit.append({ kind: decision, ...this.#fields(facts), decision, reason });
    } catch (error) {
      warn(`a decision is not on record: ${errorMessage(error)}`);
    }
  }

  /**
   * Reserves the file for the secret, then writes the intent, both before anything is sent.
   * @throws PolicyRefusal when either fails
   */
  async begin(facts: DecidedCall, confirmed: string): Promise<Recorded> {
    const { operation } = facts.call;
    const { audit, secrets, reads, targetOf } = this.#options;
    const changes = facts.risk !== 'read' || facts.strength !== undefined || facts.call.list !== undefined;
    const keeper = facts.risks.includes('credential') ? secrets : undefined;
    if (!changes && !reads)
      return { id: facts.id, isCovered: true, deliver: async () => covered(operation), end: async () => {} };
    const file = keeper && (await keeper.reserve(operation).catch((error: unknown) => this.#fail(secretsAway(operation), error)));
    const intent: AuditFields = {
      kind: 'intent',
      ...this.#fields(facts),
      target: facts.target ?? targetOf(facts.call),
      decision: 'allowed',
      confirmed,
      secretFile: file?.path,
    };
    const started = this.#now();
    try {
      await audit?.append(intent, { sync: isGated(facts.risk) || facts.strength !== undefined });
    } catch (error) {
      await file?.discard();
      return this.#fail(changes ? logAway(operation) : logAwayForReads(operation), error);
    }
    return {
      id: facts.id,
      isCovered: !facts.risks.includes('credential'),
      deliver: (result) => this.#deliver(facts, file, result),
      end: (outcome) => this.#end(facts, file, started, outcome),
    };
  }

  async #deliver({ call: { operation }, risks }: DecidedCall, file: SecretFile | undefined, result: unknown): Promise<Delivered> {
    if (!risks.includes('credential')) return covered(operation);
    if (file === undefined) return whole;
    const inFile = (answer: unknown) => coverSecrets(answer, operation, { mark: () => IN_FILE, handsOut: true });
    const { hidden, known } = inFile(result);
    if (hidden === 0 && known) return whole;
    await file.store(result).catch((error: unknown) => this.#fail(secretLost(operation), error));
    // If the answer's form is unknown and nothing in it looks like a secret, only its type and id are shown.
    return { shown: (answer) => (hidden === 0 ? nameOf(answer) : inFile(answer).value), secretFile: file.path };
  }

  async #end(facts: DecidedCall, file: SecretFile | undefined, started: number, outcome: Outcome): Promise<void> {
    const { audit, warn } = this.#options;
    await file?.discard();
    const { status, code, traceId, mayHaveHappened } = outcome;
    const { operation } = facts.call;
    const { kind, id, name } = this.#options.instance;
    try {
      await audit?.append({
        kind: 'outcome',
        call: facts.id,
        caller: facts.call.caller.name,
        instance: name === undefined ? undefined : { kind, id, name },
        operation: operation.name,
        status,
        code,
        trace: traceId,
        mayHaveHappened: mayHaveHappened === true ? true : undefined,
        durationMs: Math.round(this.#now() - started),
      });
    } catch (error) {
      warn(`the outcome of ${operation.name} is not on record: ${errorMessage(error)}`);
    }
  }

  #fail({ code, model }: Refusal, cause: unknown): never {
    this.#options.warn(`${code}: ${errorMessage(cause)}`);
    throw new PolicyRefusal(code, model, { cause });
  }

  #fields({ call, id, risk, rule, strength, target, way, answeredMs, approval }: DecidedCall): Omit<AuditFields, 'kind'> {
    const { caller, operation, args } = call;
    const { kind, id: instanceId, name } = this.#options.instance;
    return {
      call: id,
      caller: caller.name,
      transport: caller.transport,
      client: caller.clientName,
      clientVersion: caller.clientVersion,
      instance: { kind, id: instanceId, name },
      operation: operation.name,
      risk,
      target,
      args: maskArguments(operation, args),
      argsSha256: this.#hash(call),
      rule,
      strength,
      way,
      answeredMs,
      approval,
    };
  }

  #hash({ operation, args }: PolicyCall): string | undefined {
    const digest = (secret: string): string => this.#options.sealer.digest('argument', secret).toString('hex');
    try {
      return sha256(canonicalWithoutSecrets(operation, args, digest));
    } catch (error) {
      if (error instanceof TooDeepError) return undefined;
      throw error;
    }
  }
}

function nameOf(answer: unknown): Record<string, unknown> {
  const { object, id } = isRecord(answer) ? answer : {};
  return { ...(typeof object === 'string' ? { object } : {}), ...(typeof id === 'string' ? { id } : {}) };
}
