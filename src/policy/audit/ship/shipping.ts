import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../../../platform/error-message.js';
import { FileLockedError, isLocked, lockFile } from '../../../platform/file-lock.js';
import type { ShipTarget } from '../../../platform/ship-target.js';
import type { OtlpEndpoint } from '../../../telemetry/otlp-endpoint.js';
import { readHead } from '../head.js';
import { sha256 } from '../line.js';
import { logsOf } from '../record-files.js';
import { CursorFile } from './cursor.js';
import { Health, type TargetStatus } from './health.js';
import { openTransport } from './open-transport.js';
import { Shipper } from './shipper.js';
import type { LogIdentity } from './transport.js';

export interface ShippingOptions {
  readonly targets: readonly ShipTarget[];
  readonly secret: string | undefined;
  /** The collectors, by the ids of the targets. */
  readonly endpoints: ReadonlyMap<string, OtlpEndpoint>;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  /** The first wait after a failure, in milliseconds. Default: 1 s. */
  readonly firstWaitMs?: number | undefined;
}

/** The log that this process writes. */
interface OwnLog {
  readonly path: string;
  readonly lastSeq: number;
}

/** How often to try for a log that another process is delivering, in milliseconds. */
const LOCK_MS = 2_000;
/** How often to look for lines that ended processes have left undelivered, in milliseconds. */
const SWEEP_MS = 60_000;

export const identityOf = (log: string): LogIdentity => {
  const host = hostname();
  return { id: sha256(`${host}\0${log}`).slice(0, 16), host, file: basename(log) };
};

/** What is locked by the process that delivers a log. */
const lockOf = (log: string): string => `${log}.ship`;

/**
 * Delivers the record to every target, in the background: the log that this process writes, and what is undelivered of logs beside
 * it whose processes have ended. Each log is delivered by one process at a time.
 */
export class Shipping {
  readonly #options: ShippingOptions;
  readonly #setting: string;
  readonly #own: OwnLog;
  readonly #health: ReadonlyMap<string, Health>;
  readonly #end = new AbortController();
  /** Once it is closed: when it must have ended, by the monotonic clock. */
  #until = 0;
  readonly #said = new Set<string>();
  readonly #running = new Map<string, readonly Shipper[]>();
  readonly #work: Promise<unknown>;

  constructor(setting: string, own: OwnLog, options: ShippingOptions) {
    this.#options = options;
    this.#setting = setting;
    this.#own = own;
    this.#health = new Map(options.targets.map((target) => [target.id, healthOf(target, options)]));
    // The server goes on whatever happens here: its calls have nothing to do with it.
    const told = (error: unknown): void => this.#sayOnce(`the record is not delivered: ${errorMessage(error)}`);
    this.#work = Promise.all([this.#deliverOwn().catch(told), this.#deliverLeftovers().catch(told)]);
  }

  /** The log of this process has new lines. */
  poke(): void {
    for (const shipper of this.#running.get(this.#own.path) ?? []) shipper.poke();
  }

  statuses(): readonly TargetStatus[] {
    const own = this.#running.get(this.#own.path);
    return this.#options.targets.map(({ id }, nth) => {
      const all = [...this.#running.values()].map((shippers) => shippers[nth]);
      const oldest = Math.min(...all.map((shipper) => shipper?.waitingSince ?? Number.POSITIVE_INFINITY));
      const seq = own?.[nth]?.seq;
      return {
        ...(this.#health.get(id) as Health).counts(),
        lag: seq === undefined ? 0 : Math.max(0, this.#own.lastSeq - seq),
        lagMs: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) : 0,
      };
    });
  }

  /** Delivers what is still waiting, for `graceMs` at most; the rest is for the next start. */
  async close(graceMs: number): Promise<void> {
    this.#until = performance.now() + graceMs;
    this.#end.abort();
    await this.#closeAll([...this.#running.values()].flat(), graceMs);
    await this.#work;
  }

  async #deliverOwn(): Promise<void> {
    const { path } = this.#own;
    while (!this.#end.signal.aborted) {
      if (await this.#deliver(path, false)) return;
      await this.#sleep(LOCK_MS);
    }
  }

  /** What is tried again and again is not told again and again. */
  #sayOnce(message: string): void {
    if (!this.#said.has(message)) this.#options.warn(message);
    this.#said.add(message);
  }

  async #deliverLeftovers(): Promise<void> {
    while (!this.#end.signal.aborted) {
      for (const log of await logsOf(this.#setting)) {
        if (this.#end.signal.aborted) return;
        // While a target is away, delivering more logs would only fail too.
        if (log === this.#own.path || [...this.#health.values()].some(({ isDown }) => isDown)) continue;
        if (!(await isLocked(log)) && (await this.#isBehind(log))) await this.#deliver(log, true);
      }
      await this.#sleep(SWEEP_MS);
    }
  }

  /** Whether there are lines that some target does not have, as far as the notes beside the log tell. */
  async #isBehind(log: string): Promise<boolean> {
    const [head, stats] = await Promise.all([readHead(log), stat(log).catch(() => undefined)]);
    for (const target of this.#options.targets) {
      const cursor = await new CursorFile(log, target).read();
      if (cursor === undefined || (head?.seq ?? 0) > cursor.seq) return true;
      if (stats !== undefined && stats.size !== cursor.at + cursor.length + 1) return true;
    }
    return false;
  }

  /** Delivers a log until it is closed or drained; false if another process does. */
  async #deliver(log: string, drains: boolean): Promise<boolean> {
    let unlock: () => Promise<void>;
    try {
      unlock = await lockFile(lockOf(log));
    } catch (error) {
      if (!(error instanceof FileLockedError)) this.#sayOnce(`${log} cannot be delivered now: ${errorMessage(error)}`);
      return false;
    }
    const shippers: Shipper[] = [];
    try {
      for (const target of this.#options.targets) shippers.push(await this.#shipper(log, target, drains));
      this.#running.set(log, shippers);
      if (this.#end.signal.aborted) await this.#closeAll(shippers, drains ? 0 : this.#until - performance.now());
      await Promise.all(shippers.map(({ ended }) => ended));
      return true;
    } catch (error) {
      this.#sayOnce(`${log} cannot be delivered: ${errorMessage(error)}`);
      await this.#closeAll(shippers, 0);
      return false;
    } finally {
      this.#running.delete(log);
      await unlock();
    }
  }

  async #closeAll(shippers: readonly Shipper[], graceMs: number): Promise<void> {
    await Promise.all(shippers.map((shipper) => shipper.close(Math.max(0, graceMs))));
  }

  async #shipper(log: string, target: ShipTarget, drains: boolean): Promise<Shipper> {
    const { warn, firstWaitMs } = this.#options;
    return Shipper.start({
      log,
      identity: identityOf(log),
      transport: await openTransport(target, this.#options),
      cursor: new CursorFile(log, target),
      health: this.#health.get(target.id) as Health,
      warn,
      firstWaitMs,
      drains,
    });
  }

  async #sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#end.signal, ref: false }).catch(() => {});
  }
}

const healthOf = ({ name }: ShipTarget, { info, warn }: ShippingOptions): Health =>
  new Health({ name, info, warn, now: Date.now });
