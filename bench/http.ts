import { setTimeout as delay } from 'node:timers/promises';
import { type Era, HttpClient } from './http-client.js';
import { interleave, median, throughput } from './measure.js';
import { type CallResults, IN_FLIGHT } from './stdio.js';

/**
 * The program keeps a live instance below 900 requests in 10 s, and waits when it has to. What a window takes is
 * measured, and the next round begins when the window is over.
 */
const WINDOW_MS = 10_500;
const CALLS = 250;
const CALLS_IN_FLIGHT = 550;

/** An address with its tool that reads one user. */
export interface Endpoint {
  readonly url: string;
  readonly tool: string;
}

export async function measureHttp(era: Era, endpoints: Readonly<Record<string, Endpoint>>, rounds: number): Promise<CallResults> {
  const clients = await Promise.all(
    Object.entries(endpoints).map(async ([name, { url, tool }]) => {
      const client = await HttpClient.connect(url, era);
      return { name, client, read: () => client.call(tool, { user_id: 'user_1' }) };
    }),
  );
  const each = (sample: (read: () => Promise<void>) => Promise<number>) =>
    Object.fromEntries(clients.map(({ name, read }) => [name, () => sample(read)]));
  const calls = { ...each((read) => median(read, CALLS)) };
  const inFlight = { ...each((read) => throughput(read, CALLS_IN_FLIGHT, IN_FLIGHT)) };
  /** A window's worth of each of the two, in turn. */
  const waiting = (samples: Record<string, () => Promise<number>>, last: string) => ({
    ...samples,
    [last]: async () => {
      const value = (await samples[last]?.()) ?? Number.NaN;
      await delay(WINDOW_MS);
      return value;
    },
  });
  const [last = ''] = clients.map(({ name }) => name).slice(-1);
  try {
    for (const { read } of clients) await throughput(read, CALLS_IN_FLIGHT, IN_FLIGHT);
    await delay(WINDOW_MS);
    return {
      call: await interleave(waiting(calls, last), rounds),
      inFlight: await interleave(waiting(inFlight, last), rounds),
    };
  } finally {
    for (const { client } of clients) await client.close();
  }
}
