import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Approver } from '../../approvals/approver-file.js';
import type { Approvers } from '../../approvals/approvers.js';
import { ApprovalDesk } from '../../approvals/desk.js';
import { createApprovalsHandler, underApprovals } from '../../approvals/handler.js';
import { INVITATION_MS, newInvitation } from '../../approvals/invitation.js';
import { serveOnLoopback } from '../../approvals/loopback.js';
import { lazyPage } from '../../approvals/page/lazy-page.js';
import { Sessions } from '../../approvals/sessions.js';
import { SignIn } from '../../approvals/sign-in.js';
import { ConfigError } from '../../config/config-error.js';
import { MemoryRecordStore } from '../../limits/record-store.js';
import { errorMessage } from '../../platform/error-message.js';
import { approversOf, newApprover } from './approver.js';
import type { Flags } from './command.js';
import { print } from './command.js';

/** Time for the browser to load the page that says how it ended, in milliseconds. */
const LINGER_MS = 2_000;
const MINUTES = INVITATION_MS / 60_000;

/**
 * Prints a link with which a person can enrol one passkey. Without `--url` the page is served here, on the loopback
 * interface, until the passkey is enrolled.
 * @throws ConfigError
 */
export async function enrolPasskey(name: string, flags: Flags): Promise<void> {
  const approvers = approversOf(flags);
  const approver = (await approvers.find(name)) ?? newApprover(name, flags);
  const address = typeof flags.url === 'string' ? remote(flags.url) : undefined;
  const { secret, invitation } = newInvitation(Date.now());
  await put(approvers, { ...approver, invitation });
  if (address !== undefined) {
    process.stderr.write(`${approver.name} opens this link once, within ${MINUTES} minutes:\n`);
    print(`${address}/enrol#${secret}\n`);
    return;
  }
  await serve(approvers, approver.name, secret);
}

function remote(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new ConfigError('--url is the address of /approvals, for example https://mcp.example.com/approvals.');
  }
  return url.replace(/\/$/, '');
}

const put = (approvers: Approvers, approver: Approver): Promise<void> =>
  approvers.change((known) => [...known.filter(({ name }) => name !== approver.name), approver]);

async function serve(approvers: Approvers, name: string, secret: string): Promise<void> {
  let end = (_isEnrolled: boolean): void => {};
  const ended = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  const records = new MemoryRecordStore();
  let hosts: ReadonlySet<string> = new Set();
  const options = {
    approvers,
    records,
    desk: new ApprovalDesk({ records, approvers, randomBytes, address: async () => undefined, enrolCommand: '' }),
    signIn: new SignIn({ approvers, records }),
    sessions: new Sessions(records, approvers),
    hosts: () => hosts,
    onEnrolled: () => end(true),
    onError: (error: unknown) => process.stderr.write(`${errorMessage(error)}\n`),
  };
  const handle = createApprovalsHandler({ ...options, page: lazyPage(options) });
  const { port, close } = await serveOnLoopback(underApprovals(handle), 0);
  hosts = new Set([`localhost:${port}`]);
  const timer = globalThis.setTimeout(() => end(false), INVITATION_MS);
  process.stderr.write(`Open this link in your browser, within ${MINUTES} minutes; it works once:\n`);
  print(`http://localhost:${port}/approvals/enrol#${secret}\n`);
  const isEnrolled = await ended;
  clearTimeout(timer);
  if (isEnrolled) await setTimeout(LINGER_MS);
  await close();
  if (!isEnrolled) throw new ConfigError('The link was not opened in time.');
  process.stderr.write(
    `${name} can approve with the passkey from now on, on this machine. ${approvers.path} has its public key.\n`,
  );
}
