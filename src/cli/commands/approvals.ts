import { setTimeout as delay } from 'node:timers/promises';
import type { ApprovalView } from '../../approvals/api.js';
import { Approvers } from '../../approvals/approvers.js';
import { approversFile, loadValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { plain, quoted, wholeValue } from '../../platform/plain-text.js';
import { ApprovalsClient, approvalServers, type Decision } from '../approvals-client.js';
import { ask, firstLine, isAtTerminal } from '../passphrase-prompt.js';
import { EXIT, type Flags, print } from './command.js';

const WATCH_MS = 2_000;

interface SignedIn {
  readonly passphrase: string;
  readonly clients: readonly ApprovalsClient[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Signs in at every server in question, since only the server that made the call knows of it. */
async function signIn(flags: Flags): Promise<SignedIn> {
  const file = approversFile(loadValues({ approvers: flags.approvers }));
  const servers = await approvalServers(text(flags.url), file);
  const name = text(flags.as) ?? (await onlyApprover(file));
  const passphrase = flags.passphraseStdin === true ? await firstLine() : await ask(`Passphrase of ${name}: `, true);
  const clients: ApprovalsClient[] = [];
  for (const url of servers) clients.push(await ApprovalsClient.signIn(url, name, passphrase));
  return { passphrase, clients };
}

async function onlyApprover(file: string): Promise<string> {
  const all = (await new Approvers(file).all()).filter(({ passphrase }) => passphrase !== undefined);
  const [only] = all;
  if (only !== undefined && all.length === 1) return only.name;
  throw new ConfigError(
    only === undefined
      ? `${file} has nobody with a passphrase: clerk-mcp approver add NAME enrols a person. Whoever is enrolled elsewhere says so with --as NAME.`
      : `Say who you are with --as NAME: ${all.map(({ name }) => name).join(', ')}.`,
  );
}

async function signedIn<T>(flags: Flags, work: (signed: SignedIn) => Promise<T>): Promise<T> {
  const signed = await signIn(flags);
  try {
    return await work(signed);
  } finally {
    await Promise.all(signed.clients.map((client) => client.signOut()));
  }
}

interface OpenApproval {
  readonly client: ApprovalsClient;
  readonly approval: ApprovalView;
}

const everything = async ({ clients }: SignedIn): Promise<readonly OpenApproval[]> => {
  const lists = await Promise.all(
    clients.map(async (client) => (await client.list()).map((approval): OpenApproval => ({ client, approval }))),
  );
  return lists.flat();
};

async function find(signed: SignedIn, id: string): Promise<OpenApproval> {
  const found = (await everything(signed)).filter(({ approval }) => approval.id === id || approval.id.startsWith(`apr_${id}`));
  const [only] = found;
  if (only === undefined) throw new ConfigError('No approval of that id is known.');
  if (found.length > 1) throw new ConfigError('Several approvals begin like that. Give more of the id.');
  return only;
}

/** Lists the approvals that wait; with `--all`, also those that were decided or have expired. */
export async function listApprovals(flags: Flags): Promise<void> {
  await signedIn(flags, async (signed) => {
    const shown = (await everything(signed)).filter(({ approval }) => flags.all === true || approval.state === 'pending');
    if (flags.json === true) print(`${JSON.stringify(shown.map(({ approval }) => approval))}\n`);
    else if (shown.length === 0) process.stderr.write('Nothing waits for approval.\n');
    else for (const { approval } of shown) print(`${summary(approval)}\n`);
  });
}

/** Prints waiting approvals, and new ones as they arrive, until stopped. */
export async function watchApprovals(flags: Flags): Promise<void> {
  await signedIn(flags, async (signed) => {
    const known = new Map<string, string>();
    for (;;) {
      for (const { approval } of await everything(signed)) {
        if (known.get(approval.id) === approval.state) continue;
        if (approval.state === 'pending' || known.has(approval.id)) print(`${summary(approval)}\n`);
        known.set(approval.id, approval.state);
      }
      await delay(WATCH_MS);
    }
  });
}

export async function showApproval(id: string, flags: Flags): Promise<void> {
  await signedIn(flags, async (signed) => {
    const { approval } = await find(signed, id);
    print(flags.json === true ? `${JSON.stringify(approval)}\n` : `${whole(approval)}\n`);
  });
}

export async function decideApproval(verdict: Decision['verdict'], id: string, flags: Flags): Promise<void> {
  await signedIn(flags, async (signed) => {
    const { client, approval } = await find(signed, id);
    process.stderr.write(`${whole(approval)}\n`);
    const shownAt = performance.now();
    const answer = verdict === 'approve' ? await agreed(approval, flags) : { reason: text(flags.reason) };
    if (answer === undefined) {
      process.stderr.write('Nothing was decided.\n');
      process.exitCode = EXIT.refused;
      return;
    }
    const lookedMs = Math.round(performance.now() - shownAt);
    const { passphrase } = signed;
    const decided = await client.decide(approval.id, { verdict, shown: approval.shown, lookedMs, passphrase, ...answer });
    const more = decided.state === 'pending' ? '; it takes another person' : '';
    process.stderr.write(`${verdict === 'approve' ? 'Approved' : 'Declined'}${more}.\n`);
  });
}

/** The text that was typed, where approving requires some. `undefined` where the person does not agree. */
async function agreed({ review }: ApprovalView, flags: Flags): Promise<{ typed?: string } | undefined> {
  const { word } = review;
  if (word !== undefined) return { typed: text(flags.word) ?? (await ask(`To confirm, type ${quoted(word)}: `)) };
  if (flags.yes === true || !isAtTerminal()) return {};
  return /^y(es)?$/i.test((await ask('Approve? [y/N] ')).trim()) ? {} : undefined;
}

const when = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const summary = ({ id, state, review, caller, expiresAt }: ApprovalView): string =>
  [
    id,
    state,
    review.instance.text,
    review.effects[0] ?? review.title,
    `asked by ${caller.name}`,
    `until ${when(expiresAt)} UTC`,
  ].join('  ');

function whole(approval: ApprovalView): string {
  const { id, state, review, request, caller, changed, createdAt, expiresAt, words, declined } = approval;
  const client = caller.client === undefined ? '' : `, whose client says it is ${quoted(plain(caller.client))}`;
  const { kind, name } = approval.instance;
  const where = name === undefined ? `${kind.toUpperCase()} instance` : `${plain(name)} (${kind.toUpperCase()})`;
  const lines = [
    `${where}${review.instance.domain === undefined ? '' : `: ${review.instance.domain}`}`,
    ...review.effects,
    ...(review.undo === undefined ? [] : [review.undo]),
    ...review.details,
    ...review.inputs.flatMap(({ lines: own }) => own.map((line) => `  ${line}`)),
    ...changed.map((change) => `Changed since it was shown: ${change}`),
    `Asked by ${caller.name}${client}, ${caller.transport === 'page' ? 'on the page of approvals' : `over ${caller.transport}`}, at ${when(createdAt)} UTC; stands until ${when(expiresAt)} UTC`,
    `Request: ${request.method} ${plain(request.path, 500)}`,
    ...Object.entries(request.query).map(([name, value]) => `  ${plain(name)}: ${wholeValue(value)}`),
    ...(request.body === undefined ? [] : [`  body: ${wholeValue(request.body)}`]),
    ...words.map(({ approver, method }) => `Approved by ${approver}, by ${method}`),
    ...(declined === undefined ? [] : [`Declined by ${declined.approver}: ${quoted(plain(declined.reason ?? '', 300))}`]),
    `${id}: ${state}`,
  ];
  return lines.join('\n');
}
