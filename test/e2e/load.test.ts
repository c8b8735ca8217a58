import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopAll } from '../support/http-program.js';
import { LoadedServer, withSession } from '../support/load.js';
import { scratchDirectory } from '../support/scratch.js';

const LOAD = { callers: 32, calls: 480 };
const CALLERS_WITH_SESSION = Array.from({ length: LOAD.callers }, (_, caller) => caller).filter(withSession).length;

/** Many wait for each other on a machine with little to spare. */
const PATIENCE = 180_000;

let server: LoadedServer;

beforeAll(async () => {
  server = await LoadedServer.start(await scratchDirectory(), LOAD.callers);
});
afterAll(stopAll);

describe('under the load of many callers', () => {
  it(
    'answers each with what is theirs, and keeps no call and no session but those that clients leave open',
    async () => {
      for (const repetition of [1, 2]) {
        const { failures, latencies } = await server.run(LOAD);
        expect(failures).toEqual([]);
        expect(latencies).toHaveLength(LOAD.calls);
        expect(await server.kept()).toEqual({ callsInFlight: 0, sessions: repetition * CALLERS_WITH_SESSION });
      }
    },
    PATIENCE,
  );

  it(
    'answers every call while a tenth of the upstream answers fail',
    async () => {
      await server.failUpstream(0.1);
      const { failures, latencies } = await server.run(LOAD);
      expect(latencies).toHaveLength(LOAD.calls);
      for (const { answer } of failures) {
        expect(answer).toMatchObject({
          error: 'maintenance_mode',
          status: 503,
          message: expect.any(String),
          hint: expect.any(String),
        });
      }
      // A tenth of the writes, which are not sent again; of the reads, the few whose four requests all failed.
      expect(failures.some(({ isRead }) => !isRead)).toBe(true);
      expect(failures.filter(({ isRead }) => isRead).length).toBeLessThan(LOAD.calls / 50);
    },
    PATIENCE,
  );
});
