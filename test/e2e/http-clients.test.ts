import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../support/elicitation.js';
import { ASKING_CLIENTS, connectHttp, HTTP_CLIENTS, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { offeredByDefault } from '../support/offer.js';
import { call, initialize, post } from '../support/raw-http.js';

let server: HttpProgram;

beforeAll(async () => {
  server = await startHttp();
});
afterAll(stopAll);

let users = 0;
const newUser = async (client: HttpClient): Promise<string> => {
  const email_address = [`ada${users++}@http.example`];
  const created = await client.call('Users_createNewUser', { first_name: 'Ada', email_address });
  expect(created).toMatchObject({ isError: false });
  return (created.json as { id: string }).id;
};

describe.each(HTTP_CLIENTS)('over HTTP with the client %s', (kind) => {
  let client: HttpClient;
  beforeAll(async () => {
    client = await connectHttp(kind, server.url);
  });
  afterAll(() => client.close());

  it('lists every operation', async () => {
    const tools = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(offeredByDefault.map((operation) => operation.name).sort());
  });

  it('reads, writes and reads back', async () => {
    const id = await newUser(client);
    expect((await client.call('Users_getUserDetails', { user_id: id })).json).toMatchObject({ id, first_name: 'Ada' });
  });

  it("hands on Clerk's error", async () => {
    const { isError, json } = await client.call('Users_getUserDetails', { user_id: 'user_nobody' });
    expect(isError).toBe(true);
    expect(json).toMatchObject({ error: 'resource_not_found', status: 404 });
  });

  it('refuses a gated call until it is confirmed', async () => {
    const user_id = await newUser(client);
    const refused = await client.call('Users_markBanned', { user_id });
    expect(refused).toMatchObject({ isError: true, json: { error: 'confirmation_required' } });
    expect((await client.call('Users_getUserDetails', { user_id })).json).toMatchObject({ banned: false });
    expect((await client.call('Users_markBanned', { user_id, confirm: true })).json).toMatchObject({ banned: true });
  });
});

describe.each(ASKING_CLIENTS)('the person at the client %s', (kind) => {
  const questions: string[] = [];
  let answer: Answer;
  let client: HttpClient;
  beforeAll(async () => {
    client = await connectHttp(kind, server.url, {
      person: ({ message }) => {
        questions.push(message);
        return answer;
      },
    });
  });
  afterAll(() => client.close());

  it('is asked, and the call goes ahead when they agree', async () => {
    const user_id = await newUser(client);
    answer = { action: 'accept', content: { confirm: true } };
    expect((await client.call('Users_markBanned', { user_id })).json).toMatchObject({ id: user_id, banned: true });
    expect(questions.at(-1)).toContain('Ada');
  });

  it.each(['decline', 'cancel'] as const)(
    'is asked, and nothing happens when the client answers %s by itself',
    async (action) => {
      const user_id = await newUser(client);
      answer = { action };
      expect(await client.call('Users_markBanned', { user_id })).toMatchObject({
        isError: true,
        json: { error: 'confirmation_required', reason: 'not_seen' },
      });
      expect((await client.call('Users_getUserDetails', { user_id })).json).toMatchObject({ banned: false });
    },
  );
});

describe('every revision before 2026-07-28', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])('is spoken: %s', async (protocolVersion) => {
    const message = initialize();
    const opened = await post(`${server.url}/mcp`, { ...message, params: { ...(message.params as object), protocolVersion } });
    expect(opened.json.result).toMatchObject({ protocolVersion, serverInfo: { name: 'clerk-mcp' } });
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    expect((await post(`${server.url}/mcp`, { jsonrpc: '2.0', method: 'notifications/initialized' }, session)).status).toBe(202);
    expect((await post(`${server.url}/mcp`, call(1, 'Users_getTotalCount'), session)).json.result).toMatchObject({
      content: [{ type: 'text' }],
    });
    expect((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers: session })).status).toBe(200);
    expect((await post(`${server.url}/mcp`, call(2, 'Users_getTotalCount'), session)).status).toBe(404);
  });
});
