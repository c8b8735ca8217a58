import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookKey, webhookSignature } from '../../src/platform/standard-webhook.js';
import { type Ended, runProgram, startProgram } from '../support/program.js';
import {
  type HttpReceiver,
  type Receiver,
  receiveDatagrams,
  receiveOtlp,
  receiveStream,
  receiveWebhook,
} from '../support/record-receivers.js';
import { scratchDirectory } from '../support/scratch.js';

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1yZWNvcmQtMDEyMzQ1Njc4OQ==';
const COLLECTOR_TOKEN = 'collector-token-of-the-test';
const tlsFile = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));

const directory = await scratchDirectory();
const log = `${directory}/audit.log`;
const receivers: Record<string, Receiver> = {};
let webhook: HttpReceiver;
let otlp: HttpReceiver;
let lines: string[] = [];
let stderr = '';

beforeAll(async () => {
  webhook = await receiveWebhook();
  otlp = await receiveOtlp();
  const cert = readFileSync(tlsFile('certificate.pem'), 'utf8');
  const key = readFileSync(tlsFile('key.pem'), 'utf8');
  const socket = `${directory}/syslog.sock`;
  Object.assign(receivers, {
    webhook,
    otlp,
    tcp: await receiveStream({ target: (port) => `syslog+tcp://127.0.0.1:${port}` }),
    'tcp with line breaks': await receiveStream({
      framing: 'lines',
      target: (port) => `syslog+tcp://127.0.0.1:${port}?framing=lines`,
    }),
    tls: await receiveStream({
      tls: { cert, key },
      target: (port) => `syslog+tls://localhost:${port}?ca=${tlsFile('certificate.pem')}`,
    }),
    udp: await receiveDatagrams(),
    unix: await receiveStream({ framing: 'lines', path: socket, target: () => `syslog+unix://${socket}` }),
  });
  const targets = Object.values(receivers).map(({ target }) => target);
  const client = await startProgram('v2 (2025)', {
    args: ['--sandbox', '--audit-log', log, '--audit-ship', targets.join(',')],
    env: {
      CLERK_MCP_AUDIT_SHIP_SECRET: SECRET,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${COLLECTOR_TOKEN}`,
    },
  });
  const created = await client.call('Users_createNewUser', { first_name: 'Ada · 阿达', email_address: ['ada@ship.example'] });
  const { id: user_id } = created.json as { id: string };
  await client.call('Users_markBanned', { user_id });
  await client.call('Users_markBanned', { user_id, confirm: true });
  await client.call('Users_lockUser', { user_id: 'user_nobody', confirm: true });
  lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
  await Promise.all(Object.values(receivers).map((receiver) => receiver.until(() => receiver.lines.length >= lines.length)));
  await client.close();
  stderr = client.stderr();
});
afterAll(async () => {
  await Promise.all(Object.values(receivers).map((receiver) => receiver.close()));
});

const verify = (...args: string[]): Promise<Ended> => runProgram(['audit', 'verify', ...args]);

describe('the record as it arrives', () => {
  const KINDS = ['webhook', 'otlp', 'tcp', 'tcp with line breaks', 'tls', 'udp', 'unix'];

  it.each(KINDS)('by %s is the log, byte for byte and in order, and can be verified there', async (kind) => {
    // The end of the process is on record too, and arrives now or with the next start.
    const received = receivers[kind]?.lines.slice(0, lines.length) ?? [];
    expect(received).toEqual(lines);
    const stored = `${directory}/${kind}.jsonl`;
    await writeFile(stored, received.map((line) => `${line}\n`).join(''));
    const whole = await verify('--received', stored);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(whole.stdout).toContain(`${lines.length} lines, the chain is whole`);

    await writeFile(
      stored,
      received
        .toSpliced(3, 1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const broken = await verify('--received', stored);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toBe(`${stored}:4: lines were removed before this one: number 4\n`);
  });

  it('to a webhook is signed, and the id of a message follows from its lines', () => {
    const ids = webhook.requests.map(({ headers, body }) => {
      const id = String(headers['webhook-id']);
      const timestamp = Number(headers['webhook-timestamp']);
      expect(headers['webhook-signature']).toBe(webhookSignature(webhookKey(SECRET), { id, timestamp, body }));
      return id;
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(JSON.parse(webhook.requests[0]?.body ?? '')).toMatchObject({
      type: 'audit.records',
      data: { first: 1, log: { file: 'audit.log', id: expect.stringMatching(/^[0-9a-f]{16}$/) } },
    });
  });

  it("to a collector has the headers of OpenTelemetry's environment, and which log it is", () => {
    const [first] = otlp.requests;
    expect(first?.url).toBe('/v1/logs');
    expect(first?.headers.authorization).toBe(`Bearer ${COLLECTOR_TOKEN}`);
    for (const attribute of ['log', 'host', 'file', 'seq', 'sha256'])
      expect(first?.body).toContain(`"clerk_mcp.audit.${attribute}"`);
  });

  it('to syslog has the priority of an audit, and tells the lines of one log by PROCID', () => {
    const { messages } = receivers.tcp as unknown as { messages: string[] };
    for (const message of messages) {
      expect(message).toMatch(
        /^<1(?:08|09|10)>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ clerk-mcp [0-9a-f]{16} \w+ \[meta sequenceId="\d+"\]\[origin software="clerk-mcp" swVersion="[^"]+"\] \{"seq":/,
      );
    }
  });

  it('names no secret in the log of the server', () => {
    expect(stderr).not.toContain(SECRET);
    expect(stderr).not.toContain(COLLECTOR_TOKEN);
  });

  it('is delivered once: a second start sends only what is new', async () => {
    const client = await startProgram('v2 (2025)', {
      args: ['--sandbox', '--audit-log', log, '--audit-ship', webhook.target],
      env: { CLERK_MCP_AUDIT_SHIP_SECRET: SECRET },
    });
    await client.call('Users_createNewUser', { first_name: 'Grace', email_address: ['grace@ship.example'] });
    const now = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
    await webhook.until(() => webhook.lines.length >= now.length);
    await client.close();
    expect(webhook.seqs).toEqual(webhook.lines.map((_, nth) => nth + 1));
  });
});
