import type { Claimed } from '../limits/once-store.js';
import type { ApprovalSeen, Approvals, ApprovalWish, Needs, OpenedApproval, UsedBy } from '../policy/confirmation/approvals.js';
import type { Caller } from '../policy/policy-types.js';
import type { ApprovalsHost, ApprovalsHostOptions } from './approvals.js';

/** Everything needed to ask people who are not at the client, loaded for the first call that needs it. */
export class LazyApprovals implements Approvals {
  readonly enrolCommand: string;
  readonly #options: ApprovalsHostOptions;
  #host: Promise<ApprovalsHost> | undefined;

  constructor(options: ApprovalsHostOptions) {
    this.enrolCommand = options.enrolCommand;
    this.#options = options;
  }

  host(): Promise<ApprovalsHost> {
    this.#host ??= import('./approvals.js').then(({ openApprovals }) => openApprovals(this.#options));
    return this.#host;
  }

  async reaches(needs: Needs, caller: Pick<Caller, 'name'>): Promise<boolean> {
    return (await this.#desk()).reaches(needs, caller);
  }

  async open(wish: ApprovalWish): Promise<OpenedApproval> {
    return (await this.#desk()).open(wish);
  }

  async find(id: string): Promise<ApprovalSeen | undefined> {
    return (await this.#desk()).find(id);
  }

  async link(id: string): Promise<string | undefined> {
    return (await this.#desk()).link(id);
  }

  async wait(id: string, ms: number, signal: AbortSignal | undefined): Promise<ApprovalSeen | undefined> {
    return (await this.#desk()).wait(id, ms, signal);
  }

  async take(id: string, usedBy: UsedBy): Promise<Claimed> {
    return (await this.#desk()).take(id, usedBy);
  }

  async replace(id: string): Promise<void> {
    return (await this.#desk()).replace(id);
  }

  /** How many calls wait for a person, in all processes; undefined while the store is away. */
  async pending(): Promise<number | undefined> {
    const { approvals } = await this.host();
    return approvals.pending().catch(() => undefined);
  }

  /** If no one was ever asked, there is nothing to close. */
  async close(): Promise<void> {
    await (await this.#host)?.close();
  }

  async #desk(): Promise<Approvals> {
    return (await this.host()).approvals;
  }
}
