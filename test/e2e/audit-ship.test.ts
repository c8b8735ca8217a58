import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookKey, webhookSignature } from '../../src/platform/standard-webhook.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { type Ended, runProgram, startProgram } from '../support/program.js';
import { modernCall } from '../support/raw-http.js';
import { RawProgram } from '../support/raw-program.js';
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

it('is whole and in order after kill -9 in the middle of a delivery', async () => {
  const file = `${directory}/killed.log`;
  const receiver = await receiveWebhook();
  const start = async (): Promise<RawProgram> => {
    const program = new RawProgram(['--sandbox', '--audit-log', file, '--audit-ship', receiver.target], {
      CLERK_MCP_AUDIT_SHIP_SECRET: SECRET,
    });
    await program.handshake();
    return program;
  };
  const create = async (program: RawProgram, id: number): Promise<void> => {
    const answered = program.answer(id);
    program.call(id, 'Users_createNewUser', { first_name: `Nr${id}`, email_address: [`nr${id}@killed.example`] });
    await answered;
  };
  const killed = await start();
  await create(killed, 1);
  await receiver.has('Nr1');
  receiver.answer = () => undefined;
  await create(killed, 2);
  await receiver.until(() => receiver.requests.some(({ body }) => body.includes('Nr2')));
  await create(killed, 3);
  const underWay = receiver.requests.at(-1);
  killed.child.kill('SIGKILL');
  await killed.ended;

  receiver.answer = () => 200;
  const again = receiver.requests.length;
  const next = await start();
  await create(next, 4);
  const last = (await readFile(file, 'utf8')).split('\n').length - 1;
  await receiver.until(() => receiver.lines.length >= last);
  // What was under way comes again, the same under the same id, and nothing else does.
  expect(receiver.requests[again]?.headers['webhook-id']).toBe(underWay?.headers['webhook-id']);
  expect(receiver.requests[again]?.body).toBe(underWay?.body);
  expect(receiver.seqs.slice(0, last)).toEqual(Array.from({ length: last }, (_, nth) => nth + 1));
  next.child.stdin?.end();
  await next.ended;
  await receiver.close();
});

describe('an outage', () => {
  let server: HttpProgram;
  let receiver: HttpReceiver;
  const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();
  beforeAll(async () => {
    receiver = await receiveWebhook();
    receiver.answer = () => 503;
    server = await startHttp({
      args: ['--sandbox', '--audit-log', `${directory}/outage.log`, '--audit-ship', receiver.target],
      env: { CLERK_MCP_AUDIT_SHIP_SECRET: SECRET },
    });
  });
  afterAll(async () => {
    await stopAll();
    await receiver.close();
  });

  it('shows in the log, once at its beginning and once at its end, and in the metrics', async () => {
    const name = `http://127.0.0.1:${receiver.port}`;
    await server.logged(`the record does not arrive at ${name}: status 503`);
    const during = await metrics();
    expect(during).toContain(`clerk_mcp_audit_delivery_up{target="${name}"} 0`);
    expect(during).toContain(`clerk_mcp_audit_delivery_lag_lines{target="${name}"} 1`);
    expect(during).toMatch(new RegExp(`clerk_mcp_audit_delivery_failures_total\\{target="${name}"\\} [1-9]`));
    expect(during).toMatch(new RegExp(`clerk_mcp_audit_delivery_lag_seconds\\{target="${name}"\\} [0-9.]+`));
    receiver.answer = () => 200;
    await server.logged(`the record arrives at ${name} again`);
    const after = await metrics();
    expect(after).toContain(`clerk_mcp_audit_delivery_up{target="${name}"} 1`);
    expect(after).toContain(`clerk_mcp_audit_delivery_lag_lines{target="${name}"} 0`);
    expect(after).toContain(`clerk_mcp_audit_delivered_total{target="${name}"} 1`);
    expect(server.log.filter(({ msg }) => String(msg).includes('does not arrive'))).toHaveLength(1);
  });
});

/** What the first line of a record has, as it stands in a message. */
const START = '\\"kind\\":\\"start\\"';

it('a line that is too large for a receiver holds nothing back, and the log, the metrics and doctor tell that it is missing there', async () => {
  const own = `${directory}/large.log`;
  const receiver = await receiveWebhook();
  receiver.answer = ({ body }) => (body.includes(START) ? 413 : 200);
  const ships = ['--sandbox', '--audit-log', own, '--audit-ship', receiver.target];
  const env = { CLERK_MCP_AUDIT_SHIP_SECRET: SECRET };
  const server = await startHttp({ args: ships, env });
  await modernCall(server.url, 'Users_createNewUser', { first_name: 'Ada' });
  const name = `http://127.0.0.1:${receiver.port}`;
  await server.logged(`line 1 of ${own} is too large for ${name}`);
  await receiver.until(() => receiver.seqs.includes(3));
  // What was taken before line 1 was given up comes once more, under the same id.
  const taken = receiver.requests.filter(({ body }) => !body.includes(START));
  const byId = new Map(taken.map(({ headers, body }) => [headers['webhook-id'], body]));
  const lines = [...byId.values()].flatMap((body) => (JSON.parse(body) as { data: { lines: string[] } }).data.lines);
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([2, 3]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain(`clerk_mcp_audit_delivery_lost_total{target="${name}"} 1`);
  expect(metrics).toContain(`clerk_mcp_audit_delivery_up{target="${name}"} 1`);
  const { stdout } = await runProgram(['doctor', '--json', ...ships], { env });
  const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string; message: string }[] };
  expect(checks.find(({ check }) => check === 'ship')).toMatchObject({
    status: 'warning',
    message: expect.stringContaining(`did not take some lines of ${own}, which are in that file alone: 1.`),
  });
  await stopAll();
  await receiver.close();
});

describe('doctor', () => {
  it('tries every target, and says which cannot be had', async () => {
    const fresh = await receiveWebhook();
    const targets = [fresh.target, 'otlp', ...['tcp', 'tls', 'unix', 'udp'].map((kind) => receivers[kind]?.target ?? '')];
    const env = {
      CLERK_MCP_AUDIT_SHIP_SECRET: SECRET,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlp.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    const flags = ['doctor', '--json', '--sandbox', '--audit-log', log, '--audit-ship'];
    const found = async (list: readonly string[]) => {
      const { stdout } = await runProgram([...flags, list.join(',')], { env });
      const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string; message: string }[] };
      return checks.filter(({ check }) => check === 'ship');
    };
    const good = await found(targets);
    expect(good.map(({ status }) => status)).toEqual(targets.map(() => 'ok'));
    expect(fresh.requests.map(({ body }) => JSON.parse(body).type)).toEqual(['audit.ping']);
    expect(good[0]?.message).toMatch(/takes signed messages\. Lines of .*audit\.log that wait for delivery: \d+\./);

    fresh.answer = () => 401;
    const bad = await found([fresh.target, 'syslog+tcp://127.0.0.1:1', receivers.tls?.target.replace(/\?.*/, '') ?? '']);
    expect(bad.map(({ status }) => status)).toEqual(['failure', 'failure', 'failure']);
    const messages = bad.map(({ message }) => message);
    expect(messages[0]).toContain('status 401');
    expect(messages[1]).toContain('ECONNREFUSED');
    expect(messages[2]).toContain('SELF_SIGNED');
    await fresh.close();
  });

  it('and the start refuse a collector that the environment does not name', async () => {
    for (const command of [['doctor', '--json'], []]) {
      const { stdout, stderr } = await runProgram([
        ...command,
        '--sandbox',
        '--audit-log',
        `${directory}/x.log`,
        '--audit-ship',
        'otlp',
      ]);
      expect(stdout + stderr).toContain('it needs OTEL_EXPORTER_OTLP_LOGS_ENDPOINT');
    }
  });
});
