import { interleave, median, type Results, throughput } from './measure.js';
import type { Program } from './program.js';
import { StdioClient } from './stdio-client.js';

export const IN_FLIGHT = 32;
const WARM_UP = 2000;
const CALLS = 400;
const CALLS_IN_FLIGHT = 2000;
const LISTS = 100;

/** A program with its tool that reads one user; all take the input `user_id`. */
export interface Reader extends Program {
  readonly tool: string;
}

export interface CallResults {
  readonly call: Results;
  readonly inFlight: Results;
}

/**
 * @param listers further programs, of which only the list is asked
 * @param alone the same request without any server between
 */
export async function measureStdio(
  programs: Readonly<Record<string, Reader>>,
  listers: Readonly<Record<string, Program>>,
  alone: () => Promise<unknown>,
  rounds: number,
): Promise<CallResults & { readonly list: Results }> {
  const clients = await Promise.all(
    Object.entries(programs).map(async ([name, program]) => {
      const client = await StdioClient.start(program);
      return { name, client, read: () => client.call(program.tool, { user_id: 'user_1' }) };
    }),
  );
  const listing = await Promise.all(
    Object.entries(listers).map(async ([name, program]) => ({ name, client: await StdioClient.start(program) })),
  );
  try {
    for (const { read } of clients) await throughput(read, WARM_UP, IN_FLIGHT);
    await throughput(alone, WARM_UP, IN_FLIGHT);
    const each = (sample: (client: (typeof clients)[number]) => Promise<number>) =>
      Object.fromEntries(clients.map((client) => [client.name, () => sample(client)]));
    const lists = [...clients, ...listing].map(
      ({ name, client }) => [name, () => median(() => client.request('tools/list'), LISTS)] as const,
    );
    const list = await interleave(Object.fromEntries(lists), rounds);
    const call = await interleave(
      { ...each(({ read }) => median(read, CALLS)), 'undici alone': () => median(alone, CALLS) },
      rounds,
    );
    const inFlight = await interleave(
      {
        ...each(({ read }) => throughput(read, CALLS_IN_FLIGHT, IN_FLIGHT)),
        'undici alone': () => throughput(alone, CALLS_IN_FLIGHT, IN_FLIGHT),
      },
      rounds,
    );
    return { list, call, inFlight };
  } finally {
    for (const { client } of [...clients, ...listing]) await client.close();
  }
}
