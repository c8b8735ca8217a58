import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { makeFolder } from '../platform/make-folder.js';
import { createPrivateFile } from '../platform/private-file.js';
import { readText } from '../platform/read-text.js';

const schema = z.object({
  pid: z.int().min(1),
  /** The address of its `/approvals`. */
  url: z.url({ protocol: /^https?$/ }),
  instance: z.string().max(100),
});

/** A server with approvals on this machine. */
export type Running = z.output<typeof schema>;

/** Beside the file of approvers, so that `clerk-mcp approvals` finds the servers that use that file. */
const folderOf = (approversFile: string): string => join(dirname(approversFile), 'approvals');

/** Announces where this process serves its approvals. Returns a function that withdraws the announcement. */
export async function announce(approversFile: string, running: Omit<Running, 'pid'>): Promise<() => Promise<void>> {
  const folder = folderOf(approversFile);
  await makeFolder(folder);
  const path = join(folder, `${process.pid}.json`);
  // An earlier process with the same id may have left a file, or someone may have planted a link.
  await rm(path, { force: true });
  const file = await createPrivateFile(path);
  try {
    await file.writeFile(`${JSON.stringify({ pid: process.pid, ...running })}\n`);
  } finally {
    await file.close();
  }
  return () => rm(path, { force: true });
}

/** The servers on this machine that use the file; files of dead processes are removed. */
export async function runningServers(approversFile: string): Promise<readonly Running[]> {
  const folder = folderOf(approversFile);
  const names = await readdir(folder).catch(() => []);
  const trusted = [process.getuid?.(), 0, (await lstat(approversFile).catch(() => undefined))?.uid];
  const found: Running[] = [];
  for (const name of names.filter((one) => /^\d+\.json$/.test(one)).sort()) {
    // People give their passphrase to the server named in the file, so the file has to be trusted.
    if (!(await isBy(trusted, join(folder, name)))) continue;
    const running = await readRunning(join(folder, name));
    if (running !== undefined && lives(running.pid)) found.push(running);
    else await rm(join(folder, name), { force: true });
  }
  return found;
}

/** Whether one of these users owns the file, and no other user can write it. */
async function isBy(users: readonly (number | undefined)[], path: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true && users.includes(stats.uid) && (stats.mode & 0o022) === 0;
}

async function readRunning(path: string): Promise<Running | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readText(path))).data;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
