import { Pool } from 'undici';

const { BENCH_UPSTREAM = 'http://127.0.0.1' } = process.env;
const pool = new Pool(BENCH_UPSTREAM, { connections: 64, pipelining: 1 });
const headers = { authorization: 'Bearer sk_test_floor' };

/** One user as upstream has it, untouched. */
export async function upstreamUser(id: string): Promise<string> {
  const { body } = await pool.request({ method: 'GET', path: `/v1/users/${encodeURIComponent(id)}`, headers });
  return body.text();
}
