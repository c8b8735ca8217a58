import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseShipTarget } from '../../../../src/platform/ship-target.js';
import { webhookKey, webhookSignature } from '../../../../src/platform/standard-webhook.js';
import { AuditLog } from '../../../../src/policy/audit/log.js';
import { Shipping } from '../../../../src/policy/audit/ship/shipping.js';
import { verifyAudit } from '../../../../src/policy/audit/verify.js';
import { childEnv } from '../../../support/program.js';
import { scratchDirectory } from '../../../support/scratch.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1yZWNvcmQtMDEyMzQ1Njc4OQ==';
const directory = await scratchDirectory();
const received = `${directory}/received`;
let url: string;
let stop: () => Promise<unknown>;

beforeAll(async () => {
  const child = spawn(process.execPath, ['examples/audit-receiver.mjs', received, '0'], {
    cwd: root,
    env: childEnv({ CLERK_MCP_AUDIT_SHIP_SECRET: SECRET }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  url = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
});
afterAll(() => stop());

/** Delivers all that is in the log. */
async function deliver(log: AuditLog): Promise<void> {
  const shipping = new Shipping(directory, log, {
    targets: [parseShipTarget(url)],
    secret: SECRET,
    endpoints: new Map(),
    info: () => {},
    warn: () => {},
  });
  await shipping.poke();
  await shipping.close(20_000);
}

it('keeps what it receives so that it can be verified, once however often it comes', async () => {
  const log = await AuditLog.open({ file: `${directory}/audit.log` });
  await log.append({ kind: 'asked', operation: 'Users_markBanned' });
  await deliver(log);
  await log.append({ kind: 'refused', operation: 'Users_markBanned' });
  await deliver(log);
  const [name] = await readdir(received);
  expect(await readFile(`${received}/${name}`, 'utf8')).toBe(await readFile(`${directory}/audit.log`, 'utf8'));
  expect(await verifyAudit(`${received}/${name}`, { isReceived: true })).toMatchObject({ ok: true, lines: 3 });

  const lines = (await readFile(`${received}/${name}`, 'utf8')).trimEnd().split('\n');
  const again = JSON.stringify({ type: 'audit.records', data: { log: { id: name?.slice(0, 16) }, lines: lines.slice(1) } });
  expect(await post(again)).toBe(204);
  expect(await readFile(`${received}/${name}`, 'utf8')).toBe(await readFile(`${directory}/audit.log`, 'utf8'));
  await log.close();
});

/** The status of the answer to a message. */
async function post(body: string, { secret = SECRET, age = 0 } = {}): Promise<number> {
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const signature = webhookSignature(webhookKey(secret), { id: 'msg_1', timestamp, body });
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  const response = await fetch(url, { method: 'POST', body, headers });
  await response.body?.cancel();
  return response.status;
}

it('refuses what is not signed with its secret, what is old, and what names a file of its own', async () => {
  expect(await post('{"type":"audit.ping","data":{}}')).toBe(204);
  expect(await post('{"type":"audit.ping","data":{}}', { secret: 'another-secret-that-is-not-it' })).toBe(401);
  expect(await post('{"type":"audit.ping","data":{}}', { age: 3600 })).toBe(401);
  expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  expect(await post('{"type":"audit.records","data":{"log":{"id":"../x"},"lines":["a"]}}')).toBe(500);
});
