import { randomBytes, scryptSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Approver } from '../../src/approvals/approver-file.js';
import { Approvers } from '../../src/approvals/approvers.js';
import { ApprovalDesk } from '../../src/approvals/desk.js';
import { createApprovalsHandler, underApprovals } from '../../src/approvals/handler.js';
import type { Insight } from '../../src/approvals/insight.js';
import { newInvitation } from '../../src/approvals/invitation.js';
import { IssuerClient, type IssuerSettings } from '../../src/approvals/issuer/issuer-client.js';
import { serveOnLoopback } from '../../src/approvals/loopback.js';
import { lazyPage } from '../../src/approvals/page/lazy-page.js';
import { Sessions } from '../../src/approvals/sessions.js';
import { SignIn } from '../../src/approvals/sign-in.js';
import type { Undo } from '../../src/approvals/undo.js';
import { MemoryRecordStore } from '../../src/limits/record-store.js';
import type { ApprovalWish } from '../../src/policy/confirmation/approvals.js';
import type { Review } from '../../src/policy/preview/review.js';
import { PASSPHRASE } from './approvers.js';

/** Of {@link PASSPHRASE}, at the least cost that is accepted. */
const HASH = ((salt) => {
  const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=14,r=8,p=1$${encode(salt)}$${encode(scryptSync(PASSPHRASE, salt, 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 26 }))}`;
})(randomBytes(16));

export const withPassphrase = (name: string, more: Partial<Approver> = {}): Approver => ({
  name,
  passphrase: HASH,
  added: '2026-01-01T00:00:00Z',
  ...more,
});

/** A ban of one user, which can be taken back. */
export const REVIEW: Review = {
  operation: 'Users_markBanned',
  title: 'Ban a user',
  target: '"Ada Lovelace" <ada@example.com> (user_ada)',
  effects: ['Ends every session of "Ada Lovelace" <ada@example.com> (user_ada) and bars sign-in until unbanned.'],
  irreversible: false,
  undo: 'This can be undone, but the sessions that it ends stay ended.',
  details: ['3 sessions end.', 'She is a member of 2 organizations.'],
  parties: [{ id: 'org_1', name: '"Analytical Engines" (org_1)' }],
  inputs: [],
  instance: { kind: 'live', domain: 'example.com', text: 'LIVE, example.com' },
  caller: { name: 'support-bot', client: 'claude-desktop 1.4' },
  question: 'Ban "Ada Lovelace" <ada@example.com>?',
  word: undefined,
};

/** A deletion, which cannot. */
export const DELETION: Review = {
  ...REVIEW,
  operation: 'Users_deleteUser',
  title: 'Delete a user',
  effects: ['Deletes "Ada Lovelace" <ada@example.com> (user_ada) with all that belongs to her.'],
  irreversible: true,
  undo: 'This cannot be undone: a deleted user cannot be brought back.',
  question: 'Delete "Ada Lovelace" <ada@example.com>?',
  word: 'ada@example.com',
};

export interface Wished {
  readonly review?: Review;
  readonly needs?: Partial<ApprovalWish['needs']>;
  readonly request?: ApprovalWish['request'];
  readonly caller?: Partial<ApprovalWish['caller']>;
  readonly lifetimeMs?: number;
  readonly changed?: readonly string[];
}

export interface ServedPage {
  /** `http://localhost:1234` */
  readonly origin: string;
  readonly url: string;
  /** What the log would have, of signing in at an issuer. */
  readonly complaints: readonly string[];
  readonly approvers: Approvers;
  readonly desk: ApprovalDesk;
  readonly records: MemoryRecordStore;
  /** Puts a call before people. Answers with its id. */
  ask(wished?: Wished): Promise<string>;
  /** Answers with the link by which this person enrols a passkey. */
  invite(name: string): Promise<string>;
  now(): number;
  /** Lets the clock of the page go on, in milliseconds. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** The page on the loopback, with approvers that are kept in a file of this directory. */
export async function serveApprovalsPage(
  directory: string,
  people: readonly Approver[],
  { insight, issuer, undo }: { readonly insight?: Insight; readonly issuer?: IssuerSettings; readonly undo?: Undo } = {},
): Promise<ServedPage> {
  let ahead = 0;
  let calls = 0;
  const now = (): number => Date.now() + ahead;
  const records = new MemoryRecordStore(now);
  const path = join(directory, `approvers-${randomBytes(4).toString('hex')}.json`);
  await writeFile(path, JSON.stringify({ approvers: people }), { mode: 0o600 });
  const approvers = new Approvers(path);
  let hosts: ReadonlySet<string> = new Set();
  let url = '';
  const complaints: string[] = [];
  const desk = new ApprovalDesk({
    records,
    approvers,
    randomBytes,
    now,
    enrolCommand: '',
    issuer: issuer?.issuer,
    address: async () => undefined,
  });
  const options = {
    approvers,
    records,
    insight,
    undo: undo && (async () => undo),
    desk,
    now,
    signIn: new SignIn({ approvers, records, now }),
    sessions: new Sessions(records, approvers),
    hosts: () => hosts,
    issuer: issuer && { client: new IssuerClient(issuer), address: () => url },
    onError: (error: unknown) => {
      if (issuer === undefined) throw error;
      complaints.push(String(error));
    },
  };
  const handle = createApprovalsHandler({ ...options, page: lazyPage(options) });
  const { port, close } = await serveOnLoopback(underApprovals(handle), 0);
  const origin = `http://localhost:${port}`;
  url = `${origin}/approvals`;
  hosts = new Set([`localhost:${port}`, `127.0.0.1:${port}`]);
  return {
    origin,
    url,
    complaints,
    approvers,
    desk,
    records,
    ask: async ({ review = REVIEW, needs, request, caller, lifetimeMs = 900_000, changed = [] } = {}) => {
      const opened = await desk.open({
        review,
        request: request ?? { method: 'POST', path: '/users/user_ada/ban', query: {}, body: undefined },
        binding: { operation: review.operation, args: String(calls), caller: review.caller.name, instance: 'ins_1' },
        digest: String(calls++),
        caller: { name: 'support-bot', transport: 'stdio', clientName: 'claude-desktop', clientVersion: '1.4', ...caller },
        instance: { kind: review.instance.kind, id: 'ins_1' },
        needs: { passkey: false, two: false, byAnother: false, approvers: [], grave: false, ...needs },
        lifetimeMs,
        changed,
      });
      if (!opened.ok) throw new Error(opened.why);
      return opened.approval.id;
    },
    invite: async (name) => {
      const { secret, invitation } = newInvitation(now());
      await approvers.update(name, (approver) => ({ ...approver, invitation }));
      return `${origin}/approvals/enrol#${secret}`;
    },
    now,
    pass: (ms) => {
      ahead += ms;
    },
    close,
  };
}
