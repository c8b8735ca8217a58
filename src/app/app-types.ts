import type { Writable } from 'node:stream';
import type { SessionSeen } from '../approvals/caller-book.js';
import type { Insight } from '../approvals/insight.js';
import type { Undo } from '../approvals/undo.js';
import type { Calls } from '../call/call.js';
import type { CallEvent } from '../call/call-types.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import type { Budget } from '../clerk/clerk-client.js';
import type { Config } from '../config/config.js';
import type { Jobs } from '../jobs/jobs.js';
import type { BudgetStore } from '../limits/counter-store.js';
import type { OnceStore } from '../limits/once-store.js';
import type { RecordStore } from '../limits/record-store.js';
import type { GuideOptions } from '../mcp/guide.js';
import type { InstanceName } from '../mcp/instance-name.js';
import type { Seat } from '../mcp/server.js';
import type { Lacking } from '../openapi/lacking.js';
import type { Logger } from '../platform/logger.js';
import type { TargetStatus } from '../policy/audit/ship/health.js';
import type { Instance } from '../policy/policy-types.js';
import type { GrantedWho } from '../policy/rules/grant-matches.js';
import type { ApprovalsHostOptions } from './approvals.js';
import type { LazyApprovals } from './lazy-approvals.js';
import type { OpenedRecord } from './open-audit-log.js';
import type { Reach } from './tool-lists.js';

/** Everything a transport needs, assembled once per process. */
export interface App {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly tools: readonly ToolDefinition[];
  /** The tools that the caller may make at least some calls of. Who may do the same gets the same list object. */
  toolsFor(caller: Reach): readonly ToolDefinition[];
  /** What every call goes through; in discovery mode, behind the four discovery tools. */
  readonly calls: Pick<Calls, 'call' | 'stop'>;
  /** What a model is told at the handshake. */
  readonly instructions: (seat: Seat) => string;
  /** What the instance is called. */
  readonly name: InstanceName;
  /** What is offered beside tools. */
  readonly guide: GuideOptions;
  /** How gated calls are confirmed, in a sentence or two. */
  readonly confirmation: string;
  /** Plans for people at this machine, who may do everything that any caller may. */
  jobs(): Promise<Pick<Jobs, 'undoable' | 'planUndo' | 'planBatch' | 'ledgerOf' | 'readConfiguration' | 'planConfiguration'>>;
  /** What is served to people who approve. */
  readonly approvals: Pick<LazyApprovals, 'host' | 'pending'>;
  /** What people can see of it besides the calls that wait. */
  readonly insight: Pick<Insight, 'callers' | 'budgets'>;
  /** Takes back what people ask for on the page of approvals. */
  undo(): Promise<Undo>;
  /** Sends Clerk, or the sandbox, a cheap request. Resolves with an error code if that fails; never rejects. */
  probe(): Promise<string | undefined>;
  /** What Clerk's document has and the catalog lacks; undefined where the document is not watched or has not been read yet. */
  lacking(): Lacking | undefined;
  /** Whether the record can be written; undefined where there is none. */
  isRecordUp(): boolean | undefined;
  /** Where the record is delivered to, and how far. */
  deliveries(): readonly TargetStatus[];
  /** Continues the audit log in a new file after an outside tool has renamed the old one. */
  reopenLog(): Promise<void>;
  /** Lets calls in flight finish for up to `graceMs`, aborts the rest, then closes every connection and file. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  /** Standard output, where nothing else is written to it: for a record that goes there. */
  readonly stdout?: Writable | undefined;
  readonly config: Config;
  readonly logger: Logger;
  /** Whether a call may name a file on this machine. True only where caller and server share the machine. */
  readonly allowLocalFiles: boolean;
  /** The folder below which such a file must be. Default: anywhere. */
  readonly filesDir?: string | undefined;
  /** Every known operation. Default: as the settings say. */
  readonly catalog?: Catalog;
  /** Where gated calls wait for people, shared with other instances; whoever made it closes it. Default: its own. */
  readonly approvals?: LazyApprovals | undefined;
  /** The record, shared with other instances; whoever opened it closes it. Default: as the settings say. */
  readonly audit?: OpenedRecord | undefined;
  /** Where else approvers can sign in. Default: nowhere. */
  readonly approversIssuer?: ApprovalsHostOptions['issuer'];
  /** The issuer of the callers' tokens, if they have any. */
  readonly issuer?: string | undefined;
  /** Whom the file of grants names now. Default: there is no such file. */
  readonly granted?: (() => readonly GrantedWho[]) | undefined;
  /** Holds used confirmations, budgets and approvals for several processes. Default: this process's memory. */
  readonly store?: (OnceStore & BudgetStore & RecordStore) | undefined;
  /** How approvals are served to people: by a loopback listener of their own, or by the one that serves MCP. */
  readonly serveApprovals: ApprovalsHostOptions['serve'];
  /** The open sessions. Default: none but the one over stdio. */
  readonly sessions?: (() => readonly SessionSeen[]) | undefined;
  /** How people start this program at a terminal. Default: `clerk-mcp`. */
  readonly ownCommand?: string | undefined;
  /** Creates the budget that keeps requests below Clerk's limit. Default: no budget. */
  readonly budget?: ((instance: Instance) => Budget | undefined) | undefined;
  readonly onCall?: ((event: CallEvent) => void) | undefined;
  readonly onUpstream?: ((status: number | 'none') => void) | undefined;
}
