import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { offeredByDefault } from '../support/offer.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';

describe.each(CLIENTS)('over stdio with the client %s', (kind) => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram(kind);
  });
  afterAll(() => client.close());

  it('lists every operation with its annotations', async () => {
    const tools = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(offeredByDefault.map((operation) => operation.name).sort());
    for (const tool of tools) {
      expect(tool.description).toBeTruthy();
      expect(tool.annotations).toMatchObject({
        readOnlyHint: expect.any(Boolean),
        destructiveHint: expect.any(Boolean),
        idempotentHint: expect.any(Boolean),
        openWorldHint: expect.any(Boolean),
      });
    }
  });

  it('is told what instance this is and how confirmation works', () => {
    expect(client.instructions()).toMatch(/sandbox/);
    expect(client.instructions()).toMatch(/confirm/);
  });

  it('reads, writes and reads back', async () => {
    const created = await client.call('Users_createNewUser', {
      first_name: 'Ada',
      email_address: [`${kind.length}.ada@lovelace.example`],
    });
    expect(created.isError).toBe(false);
    const { id } = created.json as { id: string };
    const found = await client.call('Users_getUserDetails', { user_id: id });
    expect(found.json).toMatchObject({ id, first_name: 'Ada' });
  });

  it("hands on Clerk's error with a hint", async () => {
    const { isError, json } = await client.call('Users_getUserDetails', { user_id: 'user_nobody' });
    expect(isError).toBe(true);
    expect(json).toMatchObject({
      error: 'resource_not_found',
      status: 404,
      hint: expect.stringContaining('Users_listSortedByCreationDate'),
    });
  });

  it('names what is wrong with arguments, several faults at once', async () => {
    const { isError, json } = await client.call('Users_listSortedByCreationDate', { limit: 501, ofset: 3, banned: 'no' });
    expect(isError).toBe(true);
    expect(json).toMatchObject({
      error: 'invalid_arguments',
      faults: expect.arrayContaining([
        { path: 'limit', expected: expect.stringMatching(/500/) },
        { path: 'banned', expected: expect.stringMatching(/boolean/) },
        { path: 'ofset', expected: expect.stringMatching(/Did you mean offset/) },
      ]),
    });
  });

  it('refuses an unknown tool with the nearest names', async () => {
    await expect(client.call('Users_markBaned')).rejects.toThrow(/Users_markBanned/);
  });
});

it('serves a client that asks a process of its own for the versions first', async () => {
  const client = await startProgram('v2 (2026)', { discoversApart: true });
  expect((await client.call('Users_getTotalCount')).isError).toBe(false);
  await client.close();
});

describe.each(CLIENTS)('a call cancelled by the client %s', (kind) => {
  it('ends its HTTP request', async () => {
    const upstream = await MisbehavingServer.start(silent);
    const env = { CLERK_SECRET_KEY: 'sk_test_cancel', CLERK_API_URL: `${upstream.origin}/v1` };
    const client = await startProgram(kind, { args: [], env });
    const cancel = new AbortController();
    const call = client.call('Users_getTotalCount', {}, { signal: cancel.signal });
    await upstream.hasArrived(1);
    cancel.abort();
    await expect(call).rejects.toThrow();
    await upstream.allClosed();
    await client.close();
    await upstream.stop();
  });
});
