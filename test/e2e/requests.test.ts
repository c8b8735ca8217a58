import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { EVERY_TOOL } from '../support/offer.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { fullArguments, hostileArguments, minimalArguments } from '../support/sample-arguments.js';

const KEY = 'sk_test_requests';

let upstream: RecordingServer;
let client: ProgramClient;

beforeAll(async () => {
  upstream = await RecordingServer.start();
  const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' };
  client = await startProgram('v1', { args: EVERY_TOOL, env });
});

afterAll(async () => {
  await client.close();
  await upstream.stop();
});

beforeEach(() => upstream.reset());

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s through the built program',
  (name, operation) => {
    const [method, template = ''] = operation.spec.request.split(' ');
    /** `/v1/users/{user_id}` as a pattern: each value is one segment, whatever is in it. */
    const ownPath = new RegExp(`^/v1${template.replace(/\{\w+\}/g, '[^/?#]+')}(\\?|$)`);
    const confirmed = (args: Record<string, unknown>): Record<string, unknown> =>
      operation.gated ? { ...args, confirm: true } : args;

    /** Without the reads of roles, on which it depends whether a call is gated. */
    const own = () => (method === 'GET' ? upstream.requests : upstream.requests.filter((request) => request.method !== 'GET'));

    it('sends its own method, path, version and key, and every input exactly once', async () => {
      const args = fullArguments(operation);
      await client.call(name, confirmed(args));
      expect(own()).toHaveLength(1);
      const [request] = own();
      expect(request?.method).toBe(method);
      const url = new URL(request?.url ?? '', upstream.origin);
      const path = template.replace(/\{(\w+)\}/g, (_, input: string) => encodeURIComponent(String(args[input])));
      expect(url.pathname).toBe(`/v1${path}`);
      expect(request?.headers['clerk-api-version']).toBe(operation.apiVersion);
      expect(request?.headers['user-agent']).toMatch(/^clerk-mcp\//);
      if (!path.startsWith('/public/')) expect(request?.headers.authorization).toBe(`Bearer ${KEY}`);

      const body: Record<string, unknown> = {};
      const query: [string, string][] = [];
      for (const [input, place] of operation.places) {
        if (args[input] === undefined) continue;
        if (place === 'body') body[input] = args[input];
        if (place !== 'query') continue;
        const values = [args[input]].flat().map(String);
        const joined = operation.spec.commaSeparated?.includes(input) ? [values.join()] : values;
        for (const value of joined) query.push([input, value]);
      }
      expect([...url.searchParams].sort()).toEqual(query.sort());
      const array = [...operation.places].find(([, place]) => place === 'array-body')?.[0];
      if (operation.spec.image !== undefined) {
        expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
      } else if (array !== undefined) {
        expect(JSON.parse(String(request?.body))).toEqual(args[array]);
      } else if (Object.keys(body).length > 0) {
        expect(request?.headers['content-type']).toBe('application/json');
        expect(JSON.parse(String(request?.body))).toEqual(body);
      } else {
        expect(String(request?.body)).toBe('');
      }
    });

    it('never leaves its own path, whatever the arguments', async () => {
      await fc.assert(
        fc.asyncProperty(hostileArguments(operation), async (args) => {
          upstream.reset();
          const result = await client.call(name, confirmed(JSON.parse(JSON.stringify(args)) as Record<string, unknown>));
          expect(result.text).not.toBe('');
          for (const request of own()) {
            expect(request.method).toBe(method);
            expect(request.url).toMatch(ownPath);
          }
        }),
        { numRuns: 15, examples: [[minimalArguments(operation)]] },
      );
    });
  },
);
