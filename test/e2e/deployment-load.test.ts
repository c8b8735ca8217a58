import { describe, expect, it } from 'vitest';
import type { Made } from '../../bench/load/callers.js';
import { faultsIn } from '../../bench/load/judge.js';
import { runLoad } from '../../bench/load/run.js';
import { withoutRedis } from '../limits/redis-server.js';
import { withoutNginx } from '../support/nginx.js';
import { scratchDirectory } from '../support/scratch.js';

describe.skipIf(withoutRedis || withoutNginx)('a deployment under load', () => {
  it('loses nothing and makes no write twice while the API fails, a server is killed and Redis is restarted', async () => {
    const names: string[] = [];
    const { phases, faults, failedUpstream } = await runLoad(await scratchDirectory(), { callers: 40, calls: 240 }, ({ name }) =>
      names.push(name),
    );
    expect(faults).toEqual([]);
    expect(names).toEqual(['all is well', 'one answer in ten fails', 'a server is killed, Redis restarted']);
    const [well, failing, disturbed] = phases.map(({ made }) => made);
    expect([well, failing, disturbed].map((made) => made?.length)).toEqual([240, 240, 240]);
    expect(well?.filter(({ end }) => end !== 'done')).toEqual([]);
    expect(failedUpstream).toBeGreaterThan(40);
    // It was a load of all kinds, and it was disturbed.
    expect(disturbed?.filter(({ mark, end }) => mark !== undefined && end === 'done').length).toBeGreaterThan(20);
  }, 180_000);
});

describe('the judge of a load', () => {
  const made = (end: Made['end'], mark: string | undefined = 'mark-1'): Made => ({ mark, end, why: 'a reason', ms: 1 });
  const judge = (end: Made['end'], times: number, intents: number, successes: number): string[] =>
    faultsIn({ made: [made(end)], done: new Map([['mark-1', times]]), recorded: new Map([['mark-1', { intents, successes }]]) });

  it('finds nothing wrong where what callers know, what was carried out and the record agree', () => {
    expect(judge('done', 1, 1, 1)).toEqual([]);
    expect(judge('may be done', 1, 1, 0)).toEqual([]);
    expect(judge('may be done', 0, 1, 0)).toEqual([]);
    expect(judge('not done', 0, 1, 0)).toEqual([]);
    expect(faultsIn({ made: [made('not done', undefined)], done: new Map(), recorded: new Map() })).toEqual([]);
  });

  it.each<[string, Made['end'], number, number, number]>([
    ['nothing told', 'untold', 0, 1, 0],
    ['done twice', 'may be done', 2, 1, 0],
    ['told as done and not', 'done', 0, 1, 1],
    ['told as not done and done', 'not done', 1, 1, 0],
    ['not on record', 'may be done', 1, 0, 0],
    ['on record twice', 'may be done', 1, 2, 0],
    ['done on record only', 'may be done', 0, 1, 1],
    ['done without the record of it', 'done', 1, 1, 0],
  ])('finds what was %s', (_, end, times, intents, successes) => {
    expect(judge(end, times, intents, successes)).not.toEqual([]);
  });
});
