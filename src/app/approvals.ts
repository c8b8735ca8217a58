import { randomBytes } from 'node:crypto';
import type { Approval } from '../approvals/approval.js';
import { Approvers } from '../approvals/approvers.js';
import { ApprovalDesk } from '../approvals/desk.js';
import { type ApprovalsHandler, createApprovalsHandler, underApprovals } from '../approvals/handler.js';
import type { Insight } from '../approvals/insight.js';
import { IssuerClient, type IssuerSettings } from '../approvals/issuer/issuer-client.js';
import { type Loopback, serveOnLoopback } from '../approvals/loopback.js';
import { Webhook } from '../approvals/notify.js';
import { lazyPage } from '../approvals/page/lazy-page.js';
import { announce } from '../approvals/running.js';
import { Sessions } from '../approvals/sessions.js';
import { SignIn } from '../approvals/sign-in.js';
import type { Undo } from '../approvals/undo.js';
import type { Config } from '../config/config.js';
import { MemoryRecordStore, type RecordStore } from '../limits/record-store.js';
import { errorMessage } from '../platform/error-message.js';
import type { Logger } from '../platform/logger.js';

export interface ApprovalsHostOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly enrolCommand: string;
  /** Whether calls on several instances wait here: each line of the log then names its own. */
  readonly isOfMany?: boolean | undefined;
  /** What the page shows beside approvals. */
  readonly insight: Insight;
  /** Takes back what was done, for people who ask for it on the page. */
  readonly undo: () => Promise<Undo>;
  /** Where else approvers can sign in. Default: nowhere. */
  readonly issuer?: IssuerSettings | undefined;
  /** Where approvals are kept for several processes. Default: in this one. */
  readonly records?: RecordStore | undefined;
  /**
   * `loopback`: a listener of its own, opened for the first approval. Otherwise the listener that serves MCP serves the
   * handler too, and `address` is where people reach it, once that is known.
   */
  readonly serve: 'loopback' | { readonly address: () => string | undefined };
}

/** The desk, and the pages that serve it to people. */
export interface ApprovalsHost {
  readonly approvals: ApprovalDesk;
  readonly handle: ApprovalsHandler;
  /** Says on this machine where approvals are served, for `clerk-mcp approvals`. */
  announceAt(url: string): Promise<void>;
  close(): Promise<void>;
}

/** Puts together what asking people who are not at the client takes. */
export function openApprovals({
  config,
  logger,
  enrolCommand,
  insight,
  undo,
  issuer,
  records,
  serve,
  isOfMany = false,
}: ApprovalsHostOptions): ApprovalsHost {
  const kept = records ?? new MemoryRecordStore();
  const { approversFile, webhook: hook } = config.approvals;
  const approvers = new Approvers(approversFile);
  const warn = (message: string): void => logger.warn(message);
  const webhook = hook && new Webhook({ ...hook, warn });
  let unannounce: (() => Promise<void>) | undefined;
  const announceAt = async (url: string): Promise<void> => {
    await unannounce?.();
    unannounce = await announce(approversFile, { url, instance: config.instanceKind }).catch((error: unknown) => {
      warn(`clerk-mcp approvals will not find this server: ${errorMessage(error)}`);
      return undefined;
    });
  };
  let loopback: Promise<Loopback | undefined> | undefined;
  const listen = async (): Promise<Loopback | undefined> => {
    const answer = underApprovals(handle);
    const { approvalsPort = 0 } = config.values;
    try {
      const bound = await serveOnLoopback(answer, approvalsPort).catch((error: unknown) => {
        if (approvalsPort === 0) throw error;
        warn(`port ${approvalsPort} cannot be had for approvals (${errorMessage(error)}): a free one is taken`);
        return serveOnLoopback(answer, 0);
      });
      await announceAt(`http://localhost:${bound.port}/approvals`);
      logger.info({ url: `http://localhost:${bound.port}/approvals` }, 'approvals are served');
      return bound;
    } catch (error) {
      logger.error({ err: error }, 'approvals cannot be served');
      return undefined;
    }
  };
  let hosts: ReadonlySet<string> = new Set();
  const ownAddress = async (): Promise<string | undefined> => {
    loopback ??= listen();
    const bound = await loopback;
    if (bound === undefined) {
      loopback = undefined;
      return undefined;
    }
    hosts = new Set(['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${bound.port}`));
    return `http://localhost:${bound.port}/approvals`;
  };
  const ofInstance = ({ instance }: Approval) => (isOfMany ? { instance: instance.name } : {});
  const desk = new ApprovalDesk({
    records: kept,
    approvers,
    randomBytes,
    enrolCommand,
    issuer: issuer?.issuer,
    address: serve === 'loopback' ? ownAddress : async () => serve.address(),
    events: {
      opened: (approval, link) => {
        logger.warn(
          { approval: approval.id, ...ofInstance(approval), operation: approval.operation, caller: approval.caller.name, link },
          'a call waits for approval',
        );
        webhook?.pending(approval, link);
      },
      decided: (approval) => {
        const { id, operation, declined, words } = approval;
        const by = (declined === undefined ? words : [declined]).map(({ approver }) => approver);
        logger.info(
          { approval: id, ...ofInstance(approval), operation, by, decision: declined === undefined ? 'approved' : 'declined' },
          'a call was decided',
        );
        webhook?.decided(approval);
      },
      flood: (caller) => {
        logger.error({ caller }, 'a caller has as many calls waiting for approval as may wait: further ones are refused');
        webhook?.flood();
      },
      warn,
    },
  });
  const signIn = new SignIn({
    approvers,
    records: kept,
    onLocked: (name) => {
      logger.error({ name: name.slice(0, 100) }, 'repeated wrong passphrases for an approver: the name is locked for a while');
      webhook?.locked();
    },
  });
  const served = {
    desk,
    signIn,
    sessions: new Sessions(kept, approvers),
    onError: (error: unknown) => logger.error({ err: error }, 'approvals'),
  };
  const signInAtIssuer =
    issuer && serve !== 'loopback' ? { client: new IssuerClient(issuer), address: serve.address } : undefined;
  const handle = createApprovalsHandler({
    ...served,
    page: lazyPage({ ...served, approvers, insight, undo, records: kept, issuer: signInAtIssuer }),
    ...(serve === 'loopback' && { hosts: () => hosts }),
  });
  return {
    approvals: desk,
    handle,
    announceAt,
    close: async () => {
      webhook?.close();
      await (await loopback)?.close();
      await unannounce?.();
    },
  };
}
