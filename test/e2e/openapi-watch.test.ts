import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { connectHttp } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { offeredByDefault } from '../support/offer.js';
import { bodyOf, documentOf, operationIn } from '../support/openapi-document.js';
import { startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { runCommand } from '../support/run-command.js';

const COUNT = 'Users_getTotalCount';

let server: RecordingServer;
beforeAll(async () => {
  server = await RecordingServer.start();
});
afterAll(async () => {
  await stopAll();
  await server.stop();
});
beforeEach(() => server.reset());

/** What the catalog has, and an operation and an input more. */
async function newerDocument(): Promise<object> {
  const document = await documentOf(operations);
  document.paths['/widgets/{widget_id}/spin\u001b[2J'] = { post: { operationId: 'SpinWidget', parameters: [] } };
  bodyOf(operationIn(document, 'POST /users')).properties.shoe_size = { type: 'integer' };
  return document;
}

const LACKING =
  /has 1 operation and 1 input that the catalog lacks: POST \/widgets\/\{widget_id\}\/spin \[2J, Users_createNewUser\.shoe_size\./;

describe('--openapi-watch', () => {
  it('tells by log and metric what the catalog lacks, and makes no tool of it', async () => {
    const body = await newerDocument();
    server.reply = () => ({ body });
    const program = await startHttp({ args: ['--sandbox', '--openapi-watch', `${server.origin}/openapi.json`] });
    const told = await program.logged('--openapi-watch');
    expect(told.msg).toMatch(LACKING);
    expect(told.msg).toContain('None of it becomes a tool by itself.');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that they are not there is the point
    expect(String(told.msg)).not.toMatch(/[\u0000-\u001F]/);
    const metrics = await (await fetch(`${program.url}/metrics`)).text();
    expect(metrics).toContain('clerk_mcp_openapi_lacking{kind="operations"} 1');
    expect(metrics).toContain('clerk_mcp_openapi_lacking{kind="inputs"} 1');
    expect(server.requests.map(({ headers }) => [headers.authorization, headers.cookie])).toEqual([[undefined, undefined]]);
    const client = await connectHttp('v1', program.url);
    const tools = await client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(offeredByDefault.map(({ name }) => name).sort());
    await client.close();
    expect((await program.stop()).code).toBe(0);
  });

  it('is content where nothing lacks', async () => {
    const body = await documentOf(operations);
    server.reply = () => ({ body });
    const program = await startHttp({ args: ['--sandbox', '--openapi-watch', server.origin] });
    expect((await program.logged('--openapi-watch')).msg).toContain('the catalog has all');
    expect(await (await fetch(`${program.url}/metrics`)).text()).toContain('clerk_mcp_openapi_lacking{kind="operations"} 0');
  });

  it('says so where the document cannot be read', async () => {
    server.reply = () => ({ status: 404, body: 'no' });
    const program = await startHttp({ args: ['--sandbox', '--openapi-watch', server.origin] });
    expect((await program.logged('--openapi-watch')).msg).toContain('cannot be read');
    expect(await (await fetch(`${program.url}/metrics`)).text()).not.toContain('clerk_mcp_openapi_lacking{');
  });

  it.each(['v1', 'v2 (2026)'] as const)(
    'stands in the way of no call, and of no end, where nothing answers: %s',
    async (kind) => {
      const mute = await MisbehavingServer.start(silent);
      const client = await startProgram(kind, { args: ['--sandbox', '--openapi-watch', mute.origin] });
      try {
        expect((await client.call(COUNT, {})).isError).toBe(false);
        expect((await client.listTools()).map(({ name }) => name)).toContain(COUNT);
      } finally {
        await client.close();
        await mute.stop();
      }
    },
  );

  it.each([
    'http://example.com/openapi.yml',
    'file:///etc/passwd',
    'https://user:password@example.com/openapi.yml',
    'openapi.yml',
  ])('takes no address like %s', async (address) => {
    const { code, stderr } = await runCommand(['--sandbox', '--openapi-watch', address]);
    expect(code).toBe(2);
    expect(stderr).toContain('--openapi-watch');
    expect(stderr).not.toContain('password@');
  });

  it('is told of by doctor', async () => {
    const doctor = async () => {
      const { stdout } = await runCommand(['doctor', '--json', '--sandbox', '--openapi-watch', server.origin]);
      const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string; message: string }[] };
      return checks.find(({ check }) => check === 'openapi');
    };
    const body = await newerDocument();
    server.reply = () => ({ body });
    expect(await doctor()).toMatchObject({ status: 'warning', message: expect.stringMatching(LACKING) });
    server.reply = () => ({ status: 500, body: 'no' });
    expect(await doctor()).toMatchObject({ status: 'warning', message: expect.stringContaining('status 500') });
  });
});
