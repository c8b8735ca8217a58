import { setTimeout as sleepFor } from 'node:timers/promises';
import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import { didYouMean } from '../catalog/nearest.js';
import { operationMatcher } from '../catalog/pattern.js';
import type { Fault } from './fault-forms.js';
import type { Handle, Middleware, RoutedRequest, SandboxResponse } from './middleware.js';
import type { Random } from './random.js';
import { refuse, SandboxError, tooManyRequests } from './sandbox-error.js';

interface Armed {
  readonly fault: Fault;
  readonly matches: (operation: Operation) => boolean;
  met: number;
}

export interface FaultsOptions {
  readonly operations: readonly Operation[];
  /** Decides who is met where a rate is given. */
  readonly random: Random;
  /** Default: waits. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** What goes wrong on demand. Of several faults that match, the first that is not over meets the request. */
export class Faults {
  readonly #operations: readonly Operation[];
  readonly #random: Random;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #first: readonly Armed[] = [];
  #armed: Armed[] = [];

  constructor({ operations, random, sleep = (ms) => sleepFor(ms, undefined, { ref: false }) }: FaultsOptions) {
    this.#operations = operations;
    this.#random = random;
    this.#sleep = sleep;
  }

  /** Those that are set, with how many requests each has met. */
  get shown(): readonly (Fault & { readonly met: number })[] {
    return this.#armed.map(({ fault: set, met }) => ({ ...set, met }));
  }

  /** @param given One fault or several, as JSON gives them. @throws FaultsError, with none added. */
  async add(given: unknown): Promise<void> {
    this.#armed.push(...(await this.#read(given)));
  }

  /** Sets the faults that are there again after every {@link reset}. @throws FaultsError */
  async begin(given: unknown): Promise<void> {
    this.#first = await this.#read(given);
    this.reset();
  }

  /** Sets these in place of those that are set. @throws FaultsError, with nothing changed. */
  async replace(given: unknown): Promise<void> {
    this.#armed = await this.#read(given);
  }

  clear(): void {
    this.#armed = [];
  }

  reset(): void {
    this.#armed = this.#first.map((armed) => ({ ...armed }));
  }

  async #read(given: unknown): Promise<Armed[]> {
    const { FaultsError, parseFaults } = await import('./fault-forms.js');
    return parseFaults(given).map((fault) => {
      const matchers = fault.operations.map((pattern) => {
        const matches = operationMatcher(pattern);
        if (this.#operations.some(matches)) return matches;
        const known = new Set(this.#operations.flatMap(({ name, group }) => [group, name]));
        throw new FaultsError(`faults: no operation or group matches ${JSON.stringify(pattern)}.${didYouMean(pattern, known)}`);
      });
      return { fault, matches: (operation: Operation) => matchers.some((matches) => matches(operation)), met: 0 };
    });
  }

  readonly middleware: Middleware = async (routed, next) => {
    const set = this.#meeting(routed.operation);
    if (set === undefined) return next(routed);
    const response = await this.#spoil(set, routed, next);
    return { ...response, fault: set.fault };
  };

  #meeting(operation: Operation | undefined): Fault | undefined {
    if (operation === undefined) return undefined;
    for (const armed of this.#armed) {
      const { times = Number.POSITIVE_INFINITY, rate } = armed.fault;
      if (armed.met >= times || !armed.matches(operation)) continue;
      if (rate < 1 && this.#random.fraction() >= rate) continue;
      armed.met += 1;
      return armed.fault;
    }
    return undefined;
  }

  async #spoil(set: Fault, routed: RoutedRequest, next: Handle): Promise<SandboxResponse> {
    switch (set.fault) {
      case 'rate_limit':
        throw named(tooManyRequests(set.retry_after), set);
      case 'error':
        if (set.takes_effect) await next(routed);
        throw named(serverError(set.status), set);
      case 'slow':
        await this.#sleep(set.delay_ms);
        return next(routed);
      case 'cut':
        return { ...(await next(routed)), broken: 'cut' };
      case 'reset':
        if (set.takes_effect) await next(routed);
        return { status: 0, broken: 'reset' };
    }
  }
}

const named = (error: SandboxError, { fault: name }: Fault): SandboxError =>
  new SandboxError(error.status, error.errors, { headers: error.headers, fault: name });

const serverError = (status: number): SandboxError =>
  status === 503
    ? refuse(status, 'maintenance_mode', 'Maintenance', 'The service is down for maintenance. Try again later.')
    : refuse(status, 'internal_clerk_error', 'Internal error', 'Something went wrong on the server.');
