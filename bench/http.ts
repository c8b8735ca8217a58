import { type Era, HttpClient } from './http-client.js';
import { interleave, median, type Results, throughput } from './measure.js';
import { type CallResults, IN_FLIGHT } from './stdio.js';

const WARM_UP = 2000;
const CALLS = 250;
const CALLS_IN_FLIGHT = 1000;
const LISTS = 30;

/** An address with its tool that reads one user. */
export interface Endpoint {
  readonly url: string;
  readonly tool: string;
}

export async function measureHttp(
  era: Era,
  endpoints: Readonly<Record<string, Endpoint>>,
  rounds: number,
): Promise<CallResults & { readonly list: Results }> {
  const clients = await Promise.all(
    Object.entries(endpoints).map(async ([name, { url, tool }]) => {
      const client = await HttpClient.connect(url, era);
      return { name, client, read: () => client.call(tool, { user_id: 'user_1' }) };
    }),
  );
  const each = (sample: (read: () => Promise<void>) => Promise<number>) =>
    Object.fromEntries(clients.map(({ name, read }) => [name, () => sample(read)]));
  try {
    for (const { read } of clients) await throughput(read, WARM_UP, IN_FLIGHT);
    const calls = each((read) => median(read, CALLS));
    const inFlight = each((read) => throughput(read, CALLS_IN_FLIGHT, IN_FLIGHT));
    const lists = clients.map(({ name, client }) => [name, () => median(() => client.list(), LISTS)] as const);
    const list = await interleave(Object.fromEntries(lists), rounds);
    return { list, call: await interleave(calls, rounds), inFlight: await interleave(inFlight, rounds) };
  } finally {
    for (const { client } of clients) await client.close();
  }
}
