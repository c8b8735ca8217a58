import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { agree } from '../test/support/agree.js';
import { type ProgramClient, startProgram } from '../test/support/program.js';
import { Relay, type Relayed } from '../test/support/relay.js';
import { endSandboxes, startSandboxProgram } from '../test/support/sandbox-program.js';
import { interleave, type Results } from './measure.js';

const USERS = 20_000;
const CHANGES = 1_000;
/** An approval takes milliseconds, so that several make one sample. */
const APPROVALS = 20;

async function send(pool: Pool, { method, path, headers, body }: Relayed): Promise<void> {
  const answer = await pool.request({ method: method as 'GET', path, headers, ...(body !== '' && { body }) });
  await answer.body.text();
}

async function work(client: ProgramClient, name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { isError, json, text } = await client.call(name, args, { timeout: 300_000 });
  if (isError) throw new Error(`${name}: ${text.slice(0, 500)}`);
  return json as Record<string, unknown>;
}

const steps = [
  {
    name: 'mark',
    tool: 'Users_mergeUserMetadataAttributes',
    for_each: Array.from({ length: CHANGES }, (_, nth) => `user_${nth}`),
    arguments: { user_id: '$', public_metadata: { seen: true } },
  },
];

/** What is measured, as a client does it. */
const jobs: Readonly<Record<string, (client: ProgramClient) => Promise<void>>> = {
  [`${APPROVALS} bans that a person approves`]: async (client) => {
    for (let nth = 0; nth < APPROVALS; nth++) await work(client, 'Users_markBanned', { user_id: `user_${nth}` });
  },
  [`a plan of ${CHANGES.toLocaleString('en')}`]: async (client) => {
    const { plan } = await work(client, 'Jobs_planChanges', { steps });
    await work(client, 'Jobs_applyPlan', { plan });
  },
  [`a scan of ${USERS.toLocaleString('en')}`]: async (client) => {
    await work(client, 'Jobs_scanList', { list: 'Users_listSortedByCreationDate', group_by: ['banned'] });
  },
};

/**
 * Jobs of several requests, beside the same requests sent by undici alone, one after the other. Everything is on the
 * sandbox, whose answers take most of the time, as Clerk's do.
 */
export async function measureJobs(directory: string, rounds: number): Promise<ReadonlyMap<string, Results>> {
  const seed = join(directory, 'jobs.seed.json');
  const users = Array.from({ length: USERS }, (_, nth) => ({ id: `user_${nth}`, email_addresses: [`u${nth}@example.com`] }));
  await writeFile(seed, JSON.stringify({ users }));
  const sandbox = await startSandboxProgram('--seed', seed);
  const { CLERK_API_URL = '' } = sandbox.env;
  const { origin, pathname } = new URL(CLERK_API_URL);
  const pool = new Pool(origin, { connections: 1, pipelining: 1 });
  const relay = await Relay.to(origin);
  const start = (url: string): Promise<ProgramClient> =>
    startProgram('v2 (2025)', {
      args: ['--clerk-limit', '1000000', '--log-level', 'silent'],
      env: { ...sandbox.env, CLERK_API_URL: url },
      person: agree,
    });
  const clients = await Promise.all([start(CLERK_API_URL), start(`${relay.url}${pathname}`)]);
  const [direct, heard] = clients;
  const results = new Map<string, Results>();
  try {
    if (direct === undefined || heard === undefined) throw new Error('no client');
    for (const [name, job] of Object.entries(jobs)) {
      const before = relay.seen.length;
      await job(heard);
      const sent = relay.seen.slice(before);
      const timed = async (run: () => Promise<void>): Promise<number> => {
        const at = performance.now();
        await run();
        return performance.now() - at;
      };
      const alone = async (): Promise<void> => {
        for (const one of sent) await send(pool, one);
      };
      const samples = { 'the requests alone': () => timed(alone), 'clerk-mcp': () => timed(() => job(direct)) };
      results.set(`${name}, ${sent.length} requests`, await interleave(samples, rounds));
    }
    return results;
  } finally {
    for (const client of clients) await client.close();
    await relay.close();
    await pool.close();
    await endSandboxes();
  }
}
