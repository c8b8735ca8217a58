import { once } from 'node:events';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { bearer, modern, post } from '../support/raw-http.js';
import { ModernRawClient, modelOf, RawProgram, type Result } from '../support/raw-program.js';

const BAN = 'Users_markBanned';
const ADA = { user_id: 'user_ada' };
const BLIND = { capabilities: {} };
const ACCEPT = { confirm: { action: 'accept', content: { confirm: true } } };

const upstream = await plausibleUpstream();
const env = { CLERK_SECRET_KEY: 'sk_test_time', CLERK_API_URL: `${upstream.origin}/v1` };

/** What was sent but lookups. */
const sent = (): (string | undefined)[] =>
  upstream.requests
    .filter((request) => request.method !== 'GET' || operationOf(request)?.risk !== 'read')
    .map((request) => operationOf(request)?.name);

/** Moves the program's clock on by eleven minutes at a signal, and says so. */
const CLOCK = `
let ahead = 0;
const now = Date.now;
Date.now = () => now() + ahead;
process.on('SIGUSR2', () => { ahead += 660_000; process.stderr.write('later\\n'); });`;

const programs: RawProgram[] = [];
afterEach(() => {
  for (const program of programs.splice(0)) program.child.kill('SIGKILL');
  upstream.reset();
});
afterAll(stopAll);

function start(...args: string[]): ModernRawClient {
  const program = new RawProgram(args, env, { nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(CLOCK)}`] });
  programs.push(program);
  return new ModernRawClient(program);
}

async function elevenMinutesLater({ program }: ModernRawClient): Promise<void> {
  const { stderr } = program.child;
  if (stderr === null) throw new Error('no stderr');
  program.child.kill('SIGUSR2');
  for (;;) {
    const [chunk] = (await once(stderr, 'data')) as [Buffer];
    if (chunk.toString().includes('later')) return;
  }
}

describe('what was confirmed ten minutes ago', () => {
  it('is no longer confirmed by its token', async () => {
    const client = start('--confirm', 'token');
    const { token } = modelOf(await client.call(BAN, ADA, BLIND));
    await elevenMinutesLater(client);
    const late = await client.call(BAN, { ...ADA, confirm: token }, BLIND);
    expect(modelOf(late)).toMatchObject({ error: 'confirmation_invalid', reason: 'expired' });
    expect(sent()).toEqual([]);
  });

  it("is no longer confirmed by the person's answer", async () => {
    const client = start();
    const { state } = await client.ask(BAN, ADA);
    await elevenMinutesLater(client);
    const late = await client.call(BAN, ADA, { inputResponses: ACCEPT, requestState: state });
    expect(modelOf(late)).toMatchObject({ error: 'confirmation_invalid', reason: 'expired' });
    expect(sent()).toEqual([]);
  });
});

describe("another caller's confirmation", () => {
  it.each([
    ['a token', 'token'],
    ['an answer', 'person'],
  ])('is worth nothing: %s', async (_, strength) => {
    const tokens = new OperatorTokens();
    const [ada, bob] = [await tokens.add('ada', 'admin'), await tokens.add('bob', 'admin')];
    const { url } = await startHttp({ args: ['--confirm', strength, '--auth', 'token', '--tokens', tokens.path], env });
    const call = async (who: string, args: object, retry: object = {}): Promise<Result> => {
      const { body, headers } = modern('tools/call', { name: BAN, arguments: args, ...retry });
      const params = body.params as { _meta: Record<string, unknown> };
      params._meta['io.modelcontextprotocol/clientCapabilities'] = strength === 'person' ? { elicitation: {} } : {};
      return (await post(`${url}/mcp`, body, { ...headers, ...bearer(who) })).json.result as Result;
    };

    const asked = await call(ada, ADA);
    const confirm = strength === 'token' ? { confirm: modelOf({ result: asked }).token } : {};
    const retry = strength === 'person' ? { inputResponses: ACCEPT, requestState: asked.requestState } : {};
    const stolen = await call(bob, { ...ADA, ...confirm }, retry);
    expect(modelOf({ result: stolen })).toMatchObject({ error: 'confirmation_invalid', reason: 'other_caller' });
    expect(sent()).toEqual([]);
    expect((await call(ada, { ...ADA, ...confirm }, retry)).isError ?? false).toBe(false);
    expect(sent()).toEqual([BAN]);
  });
});
