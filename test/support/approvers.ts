import { randomBytes, scryptSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApprovalView } from '../../src/approvals/api.js';
import type { Approver } from '../../src/approvals/approver-file.js';
import type { Ended } from './program.js';
import { runCommand } from './run-command.js';

/** The same for all who are enrolled in tests. */
export const PASSPHRASE = 'correct horse battery staple';

export const ADDED = '2026-01-01T00:00:00.000Z';

/** As little work as a hash in the file may take. */
export function quickHash(): string {
  const salt = randomBytes(16);
  const hash = scryptSync(PASSPHRASE, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  const encode = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=14,r=8,p=1$${encode(salt)}$${encode(hash)}`;
}

/** Somebody who is enrolled with the passphrase of the tests. */
export const approver = (name: string, more: Partial<Approver> = {}): Approver => ({
  name,
  passphrase: quickHash(),
  added: ADDED,
  ...more,
});

export const writeApprovers = (path: string, ...approvers: readonly Approver[]): Promise<void> =>
  writeFile(path, JSON.stringify({ approvers }), { mode: 0o600 });

/** A new file of approvers in the directory. */
export async function approversFile(directory: string, name: string, ...approvers: readonly Approver[]): Promise<string> {
  const path = join(directory, name);
  await writeApprovers(path, ...approvers);
  return path;
}

/** A command that goes by the file, with the passphrase on stdin. */
export const runWithPassphrase = (path: string, ...args: readonly string[]): Promise<Ended> =>
  runCommand([...args, '--approvers', path, '--passphrase-stdin'], { stdin: `${PASSPHRASE}\n` });

/** What the server answers to somebody's word. */
export interface Answered {
  readonly status: number;
  readonly body: Partial<ApprovalView> & { readonly error?: string };
}

/** One who is signed in where a link leads. */
export interface SignedIn {
  readonly show: (id: string) => Promise<ApprovalView>;
  /** With the passphrase once more, where that is wanted or no approval is given. */
  readonly approve: (id: string, typed?: string, approval?: ApprovalView) => Promise<Answered>;
  readonly decline: (id: string, reason: string) => Promise<Answered>;
}

/** @param address of `/approvals` */
export async function signIn(address: string, name: string): Promise<SignedIn> {
  const request = async (path: string, body?: object, token?: string): Promise<Answered> => {
    const response = await fetch(`${address}/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  };
  const { token } = (await request('/session', { name, passphrase: PASSPHRASE })).body as { token?: string };
  if (token === undefined) throw new Error(`${name} could not sign in`);
  const show: SignedIn['show'] = async (id) => (await request(`/${id}`, undefined, token)).body as ApprovalView;
  const decide = async (id: string, word: object, approval?: ApprovalView): Promise<Answered> => {
    const { shown } = approval ?? (await show(id));
    const again = approval?.needs.grave === false ? {} : { passphrase: PASSPHRASE };
    return request(`/${id}/decision`, { shown, lookedMs: 4_000, ...again, ...word }, token);
  };
  return {
    show,
    approve: (id, typed, approval) => decide(id, { verdict: 'approve', typed }, approval),
    decline: (id, reason) => decide(id, { verdict: 'decline', reason }),
  };
}
