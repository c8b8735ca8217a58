import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { DriftReport } from '../../src/openapi/drift.js';
import { operations } from '../../tools/index.js';
import { documentOf, operationIn, parameterOf, type TestDocument } from '../support/openapi-document.js';
import { runProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { LONG_TIMES, leftOnScreen, runAtTerminal, withoutTerminal } from '../support/terminal.js';

const USERS = 'GET /users';
const scratch = await scratchDirectory();
const drift = (source: string, ...args: string[]) => runCommand(['drift', source, ...args]);

async function changedDocument(): Promise<TestDocument> {
  const document = await documentOf(operations);
  parameterOf(operationIn(document, USERS), 'limit').schema.maximum = 250;
  return document;
}

describe('clerk-mcp drift', () => {
  it('ends with 0 where nothing differs, in JSON and in YAML', async () => {
    const document = await documentOf(operations);
    for (const text of [JSON.stringify(document), stringify(document)]) {
      const { code, stdout, stderr } = await drift(await scratchFile(scratch, text));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Document 2026-05-12, catalog 2026-05-12: \d+ operations compared, 0 differences/m);
    }
  });

  it('ends with 1 where something does, and says what as a table and as JSON', async () => {
    const file = await scratchFile(scratch, await changedDocument());
    const table = await drift(file);
    expect(table.code).toBe(1);
    expect(table.stdout).toMatch(/^bound +Users_listSortedByCreationDate +limit +maximum 250 +maximum 500$/m);
    const { code, stdout } = await drift(file, '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as DriftReport).differences).toEqual([
      {
        operation: 'Users_listSortedByCreationDate',
        aspect: 'bound',
        at: 'limit',
        document: 'maximum 250',
        catalog: 'maximum 500',
      },
    ]);
  });

  it('says of an older document that nothing was compared, and ends with 1', async () => {
    const document = await documentOf(operations);
    document.info.version = '2021-02-05';
    const { code, stdout } = await drift(await scratchFile(scratch, document));
    expect(code).toBe(1);
    expect(stdout).toContain(': 0 operations compared, 0 differences.');
    expect(stdout).toMatch(/^Nothing was compared: the document is older than what the catalog sends/m);
  });

  it("does nothing to a terminal with the document's text", async () => {
    const document = await changedDocument();
    document.paths['/x\u001b[2J'] = { get: { operationId: 'Bad\u001b]0;title\u0007\r\nName', parameters: [] } };
    const { stdout } = await drift(await scratchFile(scratch, document));
    expect(stdout).toContain('Bad');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that they are not there is the point
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
  });
});

describe.skipIf(withoutTerminal)('clerk-mcp drift at a terminal', () => {
  it('reads YAML there, too', async () => {
    const file = await scratchFile(scratch, stringify(await documentOf(operations)));
    expect(await runAtTerminal(['drift', file], {}, [])).toMatchObject({
      code: 0,
      seen: expect.stringContaining(' operations compared, 0 differences'),
    });
  });

  it('shows how far it is while that takes long, there alone, and leaves nothing of it', async () => {
    const file = await scratchFile(scratch, await documentOf(operations));
    const { code, seen } = await runAtTerminal(['drift', file], LONG_TIMES, []);
    expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringMatching(/#+\.+ \d+ of \d+ operations, /) });
    expect(leftOnScreen(seen)).toMatch(/^Accepted|^Document/);
    expect(leftOnScreen(seen)).not.toContain('#');
    expect((await runAtTerminal(['drift', file], { ...LONG_TIMES, TERM: 'dumb' }, [])).seen).not.toContain('\u001B');
    expect(await runProgram(['drift', file], { env: LONG_TIMES })).toMatchObject({ code: 0, stderr: '' });
  });

  it('shows how much of a document has come from the web, and puts the terminal in order on Ctrl+C', async () => {
    const text = stringify(await documentOf(operations));
    const held: ServerResponse[] = [];
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, 1000));
      held.push(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const shown = /#* ?\.+ \d+ of \d+ bytes, /;
    const whole = await runAtTerminal(['drift', address], {}, [], (seen) => {
      if (shown.test(seen)) for (const response of held.splice(0)) response.end(text.slice(1000));
    });
    expect(whole).toMatchObject({ code: 0, seen: expect.stringContaining(' operations compared, 0 differences') });
    expect(leftOnScreen(whole.seen)).not.toMatch(shown);
    const cut = await runAtTerminal(['drift', address], {}, [{ prompt: ' bytes, ', text: '\u0003' }]);
    server.close();
    server.closeAllConnections();
    // The cursor is there again, and long lines are wrapped.
    expect(cut).toMatchObject({ code: 130, seen: expect.stringMatching(/\[\?25h.*\[\?7h/) });
  });
});

describe('a document that cannot be used', () => {
  const laughs = ['openapi: 3.0.3', 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 20; i++) laughs.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);

  it.each<[string, string | Buffer, RegExp]>([
    ['is empty', '', /not an OpenAPI document/],
    ['is some text', 'hello', /not an OpenAPI document/],
    ['is no text', Buffer.from([0xff, 0xfe, 0x00]), /no UTF-16/],
    ['is no good JSON', '{"openapi": "3.0.3", ', /not valid JSON/],
    ['is no good YAML', 'openapi: 3.0.3\n  paths: [', /not valid YAML/],
    ['is of an older kind', '{"swagger":"2.0","paths":{}}', /OpenAPI 3/],
    ['has no paths', '{"openapi":"3.0.3"}', /no paths/],
    ['has paths that are none', '{"openapi":"3.0.3","paths":[]}', /no paths/],
    ['has no operation', '{"openapi":"3.0.3","paths":{"/a":{"post":null}}}', /no operation/],
    ['has too many operations', JSON.stringify(manyOperations()), /more than 1000 operations/],
    ['is too large', ' '.repeat(8 * 1024 * 1024 + 1), /more than 8 MB/],
    ['nests too deeply as JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /100 levels/],
    ['nests too deeply as YAML', `a: ${'['.repeat(20_000)}`, /nests too deeply/],
    ['holds too much', `[${'0,'.repeat(2_500_000)}0]`, /more than 2000000 values/],
    ['stands for far more than it is', laughs.join('\n'), /alias count/],
  ])('that %s ends with 2 and why', async (_, content, reason) => {
    const file = join(scratch, 'unusable');
    await writeFile(file, content);
    const { code, stdout, stderr } = await drift(file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('because it is not there, or is no file', async () => {
    expect(await drift(join(scratch, 'none'))).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
    expect(await drift(scratch)).toMatchObject({ code: 2, stderr: expect.stringContaining('not a regular file') });
  });
});

function manyOperations(): object {
  return { openapi: '3.0.3', paths: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`/a${i}`, { get: {} }])) };
}

describe('a hostile document', () => {
  const get = { operationId: 'GetWidget' };
  const nested = (schemas: object): object => ({
    openapi: '3.0.3',
    paths: {
      [USERS.slice(4)]: { get: { parameters: [{ name: 'q', in: 'query', schema: { $ref: '#/components/schemas/S0' } }] } },
    },
    components: { schemas },
  });
  const ref = (index: number): object => ({ $ref: `#/components/schemas/S${index}` });
  /** Each schema has the next one twice: as many values as there are ways through it. */
  const doubling = Object.fromEntries(
    Array.from({ length: 35 }, (_, i) => [`S${i}`, { type: 'object', properties: { a: ref(i + 1), b: ref(i + 1) } }]),
  );

  it.each<[string, object, string]>([
    ['references in a circle', nested({ S0: ref(1), S1: ref(0) }), 'refers to itself'],
    ['a schema that contains itself', nested({ S0: { type: 'object', properties: { a: ref(0) } } }), 'contains itself'],
    ['schemas that double', nested({ ...doubling, S35: { type: 'string' } }), 'too large once its references are followed'],
    ['a reference to nothing', nested({}), 'does not have'],
    ["a reference to an object's own machinery", nested({ S0: { $ref: '#/__proto__/constructor' } }), 'does not have'],
    ['a reference that is no text', nested({ S0: { $ref: {} } }), 'not a text'],
    ['a reference to a file', nested({ S0: { $ref: 'file:///etc/passwd' } }), 'refers out of the document'],
    ['a path that is elsewhere', { openapi: '3.0.3', paths: { '/a': { $ref: 'x.yml' }, '/b': { get } } }, 'refers out of'],
    ['a list where an object should be', { openapi: '3.0.3', paths: { '/a': [], '/b': { get } } }, 'is not an object'],
    [
      'wrong types everywhere',
      {
        openapi: '3.0.3',
        info: [],
        paths: {
          '/users': {
            parameters: 3,
            get: {
              tags: 'x',
              operationId: {},
              parameters: [
                null,
                1,
                { name: 1 },
                { name: 'a', in: 'moon' },
                { name: 'b', in: 'query', schema: { type: [{}], enum: 'x', required: 1, allOf: {}, properties: [] } },
              ],
              requestBody: [],
              responses: 3,
            },
          },
        },
        components: 7,
      },
      'is not a parameter',
    ],
  ])('with %s is reported, not obeyed', async (_, document, problem) => {
    const { code, stdout, stderr } = await drift(await scratchFile(scratch, document), '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { differences } = JSON.parse(stdout) as DriftReport;
    expect(differences).toContainEqual(
      expect.objectContaining({ aspect: 'unreadable', document: expect.stringContaining(problem) }),
    );
  });

  it('that names the parts of every object changes none', async () => {
    const text = `{"openapi":"3.0.3","__proto__":{"polluted":1},"paths":{"__proto__":{"get":{}},"/users":{"__proto__":{"get":{}},"get":{"operationId":"GetUserList","parameters":[{"name":"__proto__","in":"query","schema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}]}}}}`;
    for (const content of [text, stringify(JSON.parse(text))]) {
      const { code, stdout } = await drift(await scratchFile(scratch, content), '--json');
      expect(code).toBe(1);
      expect((JSON.parse(stdout) as DriftReport).differences).toContainEqual(
        expect.objectContaining({ aspect: 'missing_input', at: '__proto__', document: 'object in query' }),
      );
    }
  });
});

describe('a document on the web', () => {
  let server: RecordingServer;
  beforeAll(async () => {
    server = await RecordingServer.start();
  });
  afterAll(() => server.stop());
  beforeEach(() => server.reset());

  it('is asked for without anything of ours', async () => {
    const text = stringify(await documentOf(operations));
    server.reply = ({ url }) =>
      url === '/moved' ? { status: 302, headers: { location: '/openapi.yml' }, body: '' } : { body: text };
    const env = { CLERK_SECRET_KEY: 'sk_test_ours' };
    const { code } = await runCommand(['drift', `${server.origin}/moved`], { env });
    expect(code).toBe(0);
    expect(server.requests.map(({ url }) => url)).toEqual(['/moved', '/openapi.yml']);
    expect(JSON.stringify(server.requests)).not.toContain('sk_test');
    for (const { headers } of server.requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('cookie');
    }
  });

  it.each<[string, (url: string) => object, RegExp, number]>([
    ['is not there', () => ({ status: 404, body: 'no' }), /status 404/, 1],
    ['is too large', () => ({ body: 'x'.repeat(9 * 1024 * 1024) }), /more than 8 MB/, 1],
    ['is never reached', () => ({ status: 301, headers: { location: '/again' }, body: '' }), /redirects more than 3 times/, 4],
    [
      'is in the clear',
      () => ({ status: 302, headers: { location: 'http://example.com/' }, body: '' }),
      /https addresses only/,
      1,
    ],
    ['is a file', () => ({ status: 302, headers: { location: 'file:///etc/passwd' }, body: '' }), /https addresses only/, 1],
    ['wants a user', () => ({ status: 302, headers: { location: 'https://a:b@example.com/' }, body: '' }), /no user/, 1],
  ])('that %s ends with 2', async (_, reply, reason, requests) => {
    server.reply = ({ url }) => reply(url);
    const { code, stderr } = await drift(`${server.origin}/openapi.yml`);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
    expect(server.requests).toHaveLength(requests);
  });

  it.each([
    ['http://example.com/openapi.yml', /https addresses only/],
    ['ftp://example.com/openapi.yml', /https addresses only/],
    ['https://user:password@example.com/openapi.yml', /no user/],
    ['https://', /not an address/],
  ])('at %s is not asked for', async (address, reason) => {
    const { code, stderr } = await drift(address);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toContain('password@');
  });
});
