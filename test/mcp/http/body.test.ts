import { describe, expect, it } from 'vitest';
import { BodyError, type BodyLimits, readJsonBody } from '../../../src/mcp/http/body.js';

const URL_ = 'http://localhost/mcp';
const JSON_TYPE = { 'content-type': 'application/json' };

function post(body: RequestInit['body'], headers: Record<string, string> = JSON_TYPE): Request {
  return new Request(URL_, { method: 'POST', headers, body: body ?? null, duplex: 'half' } as RequestInit);
}

const stream = (...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
      controller.close();
    },
  });

async function refusal(request: Request, limits?: BodyLimits): Promise<BodyError> {
  const error: unknown = await readJsonBody(request, limits).catch((thrown: unknown) => thrown);
  if (!(error instanceof BodyError)) throw new Error(`read without a refusal: ${String(error)}`);
  return error;
}

describe('reading a body', () => {
  it('gives what the JSON says, however it was cut on the way', async () => {
    const bytes = new TextEncoder().encode('{"name":"Zoë 🌍"}');
    const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await readJsonBody(post(stream(...parts)))).toEqual({ name: 'Zoë 🌍' });
  });

  it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset=UTF-8'])(
    'takes %s',
    async (type) => {
      expect(await readJsonBody(post('[1]', { 'content-type': type }))).toEqual([1]);
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/json',
    '',
  ])('refuses %j: a page could send it without being asked', async (type) => {
    expect((await refusal(post('[1]', { 'content-type': type }))).refusal.status).toBe(415);
  });

  it('refuses what is compressed', async () => {
    expect((await refusal(post('x', { ...JSON_TYPE, 'content-encoding': 'gzip' }))).refusal.status).toBe(415);
  });

  it('reads up to the limit, and not one byte more', async () => {
    const text = JSON.stringify('x'.repeat(98));
    expect(await readJsonBody(post(stream(text)), { maxBytes: 100 })).toHaveLength(98);
    expect((await refusal(post(stream(text, ' ')), { maxBytes: 100 })).refusal.status).toBe(413);
  });

  it('has a limit of 4 MiB when nothing else was said', async () => {
    const most = JSON.stringify('x'.repeat(4 * 1024 * 1024 - 2));
    expect(await readJsonBody(post(stream(most)))).toHaveLength(4 * 1024 * 1024 - 2);
    expect((await refusal(post(stream(most, ' ')))).refusal.status).toBe(413);
  });

  it('believes a length that is too large, and reads nothing', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, { highWaterMark: 0 });
    expect((await refusal(post(body, { ...JSON_TYPE, 'content-length': '101' }), { maxBytes: 100 })).refusal.status).toBe(413);
    expect(pulled).toBe(0);
  });

  it('stops an endless body, and its sender', async () => {
    let sent = 0;
    let isStopped = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel: () => {
        isStopped = true;
      },
    });
    expect((await refusal(post(body), { maxBytes: 10_000 })).refusal.status).toBe(413);
    expect(isStopped).toBe(true);
    expect(sent).toBeLessThan(20_000);
  });

  it('does not wait for a slow one', async () => {
    let isStopped = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      cancel: () => {
        isStopped = true;
      },
    });
    expect((await refusal(post(body), { timeoutMs: 20 })).refusal.status).toBe(408);
    expect(isStopped).toBe(true);
  });

  it('says so when it breaks off', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('secret reason')) });
    const error = await refusal(post(body));
    expect(error.refusal.status).toBe(400);
    expect(JSON.stringify(error.refusal)).not.toContain('secret');
  });

  it.each<[string, Uint8Array | string]>([
    ['nothing', ''],
    ['half of something', '{"a":'],
    ['something else', '<html>'],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ['a number that JSON has not', 'NaN'],
  ])('refuses %s as no JSON, with the code for it', async (_, bytes) => {
    expect((await refusal(post(stream(bytes)))).refusal).toMatchObject({ status: 400, body: expect.stringContaining('-32700') });
  });
  it.each<[string, string, number | null]>([
    ['what nests too deeply', `{"method":"ping","params":${'['.repeat(500_000)}`, null],
    [
      'too many different names',
      JSON.stringify({ id: 7, params: Object.fromEntries(Array.from({ length: 20_001 }, (_, n) => [`n${n}`, n])) }),
      7,
    ],
    ['a list of too many messages', JSON.stringify(Array.from({ length: 1001 }, (_, id) => ({ id }))), null],
  ])('refuses %s before it costs more than its size, with its id', async (_, text, id) => {
    const { body, status } = (await refusal(post(stream(text)))).refusal;
    expect(status).toBe(400);
    expect(JSON.parse(String(body))).toMatchObject({
      id,
      error: { code: -32600, message: expect.stringMatching(/^The message /) },
    });
  });
});
