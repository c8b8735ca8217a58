import { appendFile, mkdir, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseShipTarget, type SyslogTarget } from '../../../../src/platform/ship-target.js';
import { AuditLog } from '../../../../src/policy/audit/log.js';
import { LogReader } from '../../../../src/policy/audit/ship/log-reader.js';
import { identityOf, Shipping } from '../../../../src/policy/audit/ship/shipping.js';
import { SyslogStream } from '../../../../src/policy/audit/ship/syslog-stream.js';
import { verifyAudit } from '../../../../src/policy/audit/verify.js';
import { type HttpReceiver, type Receiver, receiveStream, receiveWebhook } from '../../../support/record-receivers.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = await scratchDirectory();
let count = 0;
let directory: string;
let file: string;
let said: string[];
let webhook: HttpReceiver;
const opened: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  count++;
  directory = `${scratch}/${count}`;
  file = `${directory}/audit.log`;
  said = [];
  await mkdir(directory);
  webhook = await receiveWebhook();
  opened.push(() => webhook.close());
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const tell = (message: string): void => void said.push(message);

async function openLog(path = file): Promise<AuditLog> {
  return AuditLog.open({ file: path, warn: tell });
}

function ship(log: AuditLog, ...targets: readonly string[]): Shipping {
  return shipAs(directory, log, ...targets);
}

/** @param setting where the log is, as it is given */
function shipAs(setting: string, log: AuditLog, ...targets: readonly string[]): Shipping {
  const shipping = new Shipping(setting, log, {
    targets: targets.map(parseShipTarget),
    secret: 'a-secret-of-the-test-long-enough',
    endpoints: new Map(),
    info: tell,
    warn: tell,
    firstWaitMs: 1,
  });
  opened.push(() => shipping.close(0));
  return shipping;
}

async function write(log: AuditLog, shipping: Shipping | undefined, ...operations: readonly string[]): Promise<void> {
  for (const operation of operations) {
    await log.append({ kind: 'intent', call: operation, operation });
    await log.append({ kind: 'outcome', call: operation, operation, status: 200 });
    shipping?.poke();
  }
}

const numbers = (last: number): number[] => Array.from({ length: last }, (_, nth) => nth + 1);

/** Without what came again: the order of what came first. */
const firstOf = (seqs: readonly number[]): number[] => [...new Set(seqs)];

/** Until the receiver has the line of this number. */
const arrived = (receiver: Receiver, seq: number): Promise<void> => receiver.until(() => receiver.seqs.includes(seq));

describe('a receiver that fails for a while', () => {
  it('gets every line in order, by messages that are repeated under the same id, and the outage is told once', async () => {
    const log = await openLog();
    const statuses = [200, 500, 503, 429, 302];
    webhook.answer = () => statuses.shift() ?? 200;
    const shipping = ship(log, webhook.target);
    await arrived(webhook, 1);
    await write(log, shipping, 'a', 'b', 'c');
    await arrived(webhook, log.lastSeq);
    // What arrives after it shows that the end of the outage was seen.
    await write(log, shipping, 'd');
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    const tried = webhook.requests.slice(1, 6).map(({ headers, body }) => [headers['webhook-id'], body]);
    expect(new Set(tried.map(String)).size).toBe(1);
    await shipping.close(1000);
    expect(said.filter((line) => line.includes('does not arrive at http://127.0.0.1'))).toHaveLength(1);
    expect(
      said.filter((line) => /arrives at http:\/\/127\.0\.0\.1:\d+ again, after \d+ s and 4 failed attempts/.test(line)),
    ).toHaveLength(1);
    expect(shipping.statuses()).toEqual([
      {
        name: expect.stringContaining('http://127.0.0.1:'),
        delivered: log.lastSeq,
        failures: 4,
        lost: 0,
        lag: 0,
        lagMs: 0,
        isDown: false,
      },
    ]);
    await log.close();
  });

  it('is told from the status while it lasts', async () => {
    const log = await openLog();
    webhook.answer = () => 500;
    const shipping = ship(log, webhook.target);
    await webhook.until(() => webhook.requests.length > 2);
    await write(log, shipping, 'a');
    const [status] = shipping.statuses();
    expect(status).toMatchObject({ delivered: 0, isDown: true });
    expect(status?.failures).toBeGreaterThanOrEqual(2);
    await log.close();
  });

  it('gets fewer lines at once where it says that they are too many', async () => {
    const log = await openLog();
    await write(log, undefined, 'a', 'b', 'c', 'd');
    const sizes: number[] = [];
    webhook.answer = ({ body }) => {
      const { lines } = (JSON.parse(body) as { data: { lines: string[] } }).data;
      sizes.push(lines.length);
      return lines.length > 3 ? 413 : 200;
    };
    const shipping = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    expect(Math.max(...sizes)).toBe(9);
    await shipping.close(1000);
    await log.close();
  });

  it('gets all the others where it says of lines that they are too large by themselves, and that they are missing is told', async () => {
    const log = await openLog();
    await write(log, undefined, 'a', 'large', 'b');
    webhook.answer = ({ body }) => (body.includes('\\"large\\"') ? 413 : 200);
    const shipping = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    await write(log, shipping, 'c');
    await arrived(webhook, log.lastSeq);
    expect(firstOf(webhook.seqs)).toEqual([1, 2, 3, 6, 7, 8, 9]);
    await shipping.close(1000);
    expect(shipping.statuses()).toMatchObject([{ delivered: 7, lost: 2, lag: 0, isDown: false }]);
    expect(said.filter((line) => / line [45] of .* is too large for http:/.test(` ${line}`))).toHaveLength(2);
    webhook.answer = () => 200;
    const again = ship(log, webhook.target);
    await write(log, again, 'd');
    await arrived(webhook, log.lastSeq);
    expect(firstOf(webhook.seqs)).toEqual([1, 2, 3, 6, 7, 8, 9, 10, 11]);
    await again.close(1000);
    const note = (await readdir(directory)).find((name) => name.includes('.ship-')) ?? '';
    expect(JSON.parse(await readFile(`${directory}/${note}`, 'utf8'))).toMatchObject({ seq: 11, lost: 2 });
    await log.close();
  });

  it('loses nothing where it says for a while that everything is too large', async () => {
    const log = await openLog();
    await write(log, undefined, 'a', 'b');
    let left = 30;
    webhook.answer = () => (left-- > 0 ? 413 : 200);
    const shipping = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect([...new Set(webhook.seqs)].sort()).toEqual(numbers(log.lastSeq));
    await shipping.close(1000);
    expect(shipping.statuses()).toMatchObject([{ delivered: log.lastSeq, lost: 0 }]);
    await log.close();
  });

  it('does not keep the logs of ended processes waiting for ever, where it takes none of their last lines', async () => {
    const log = await openLog();
    for (const name of ['audit-2.log', 'audit-3.log']) {
      const other = await openLog(`${directory}/${name}`);
      await write(other, undefined, 'large');
      await other.close();
    }
    webhook.answer = ({ body }) => (body.includes('\\"large\\"') ? 413 : 200);
    const shipping = ship(log, webhook.target);
    await webhook.until(() => webhook.requests.some(({ body }) => body.includes('audit-3.log')));
    expect(said.filter((line) => line.includes('audit-2.log is too large for'))).toHaveLength(2);
    await shipping.close(0);
    await log.close();
  });

  it('delays neither a line nor the end, when it says nothing at all', async () => {
    const log = await openLog();
    webhook.answer = () => undefined;
    const shipping = ship(log, webhook.target);
    await webhook.until(() => webhook.requests.length > 0);
    await write(log, shipping, 'a', 'b');
    await log.close();
    await shipping.close(1);
    expect(webhook.lines).toEqual([]);
  });
});

describe('restarts', () => {
  it('go on after the last line that arrived, and what was under way comes again under its id', async () => {
    const log = await openLog();
    const first = ship(log, webhook.target);
    await write(log, first, 'a');
    await arrived(webhook, log.lastSeq);
    webhook.answer = () => undefined;
    await write(log, first, 'b');
    await webhook.until(() => webhook.requests.some(({ body }) => body.includes('\\"b\\"')));
    const underWay = webhook.requests.at(-1);
    await first.close(0);
    await write(log, undefined, 'c');
    webhook.answer = () => 200;
    const again = webhook.requests.length;
    const second = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect(webhook.requests[again]?.headers['webhook-id']).toBe(underWay?.headers['webhook-id']);
    expect(webhook.requests[again]?.body).toBe(underWay?.body);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    await second.close(0);
    await log.close();
  });

  it('deliver all of it again where the note is damaged, and nothing twice where it is whole', async () => {
    const log = await openLog();
    await write(log, undefined, 'a');
    const first = ship(log, webhook.target);
    await arrived(webhook, 3);
    await first.close(1000);
    await ship(log, webhook.target).close(1000);
    expect(webhook.seqs).toEqual([1, 2, 3]);
    const note = (await readdir(directory)).find((name) => name.includes('.ship-')) ?? '';
    expect((await stat(`${directory}/${note}`)).mode & 0o777).toBe(0o600);
    await writeFile(`${directory}/${note}`, '{"seq":2,');
    const second = ship(log, webhook.target);
    await webhook.until(() => webhook.lines.length >= 6);
    expect(webhook.seqs).toEqual([1, 2, 3, 1, 2, 3]);
    await second.close(0);
    await log.close();
  });

  it('miss no line where the note cannot be written, as on a full disk', async () => {
    const log = await openLog();
    const { id } = parseShipTarget(webhook.target);
    await mkdir(`${file}.ship-${id}.new/full`, { recursive: true });
    const first = ship(log, webhook.target);
    await write(log, first, 'a', 'b');
    await arrived(webhook, log.lastSeq);
    await first.close(1000);
    expect(said.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
    await rm(`${file}.ship-${id}.new`, { recursive: true });
    await write(log, undefined, 'c');
    const second = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect(firstOf(webhook.seqs)).toEqual(numbers(log.lastSeq));
    await second.close(0);
    await log.close();
  });

  it('let one process at a time deliver a log, and another take over', async () => {
    const log = await openLog();
    const first = ship(log, webhook.target);
    const second = ship(log, webhook.target);
    await write(log, first, 'a');
    await arrived(webhook, log.lastSeq);
    await first.close(1000);
    await write(log, second, 'b');
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    await second.close(0);
    await log.close();
  });

  it('know their own log by whatever path the setting leads to it', async () => {
    await symlink(directory, `${directory}-link`);
    const log = await openLog(`${directory}-link/audit.log`);
    const other = await openLog(`${directory}/audit-2.log`);
    await other.close();
    const shipping = shipAs(relative(process.cwd(), `${directory}-link`), log, webhook.target);
    await webhook.until(() => webhook.lines.length >= 3);
    await write(log, shipping, 'a');
    await arrived(webhook, log.lastSeq);
    await shipping.close(1000);
    expect(webhook.seqs.toSorted()).toEqual([1, 1, 2, 2, 3]);
    await log.close();
  });

  it('deliver what processes that are gone have left beside the log', async () => {
    const log = await openLog();
    const other = await openLog(`${directory}/audit-2.log`);
    await write(other, undefined, 'left');
    await other.close();
    ship(log, webhook.target);
    await webhook.has('"operation":"left"');
    await webhook.until(() => webhook.lines.length >= 5);
    const logs = webhook.requests.map(({ body }) => (JSON.parse(body) as { data: { log: { file: string } } }).data.log.file);
    expect(new Set(logs)).toEqual(new Set(['audit.log', 'audit-2.log']));
    // Stored as one, they are not one chain, and it is said why.
    await writeFile(`${directory}/received.jsonl`, webhook.lines.map((line) => `${line}\n`).join(''));
    const { ok, notes } = await verifyAudit(`${directory}/received.jsonl`, { isReceived: true });
    expect([ok, notes.join()]).toEqual([false, expect.stringContaining('2 logs begin in what was received')]);
    await log.close();
  });
});

describe('rotations', () => {
  it('lose nothing while the receiver is away, nor does a restart between them', async () => {
    const log = await openLog();
    webhook.answer = () => 500;
    const first = ship(log, webhook.target);
    await write(log, first, 'a');
    await rename(file, `${file}.2`);
    await write(log, first, 'b');
    await log.reopen();
    await write(log, first, 'c');
    await rename(file, `${file}.1`);
    await log.reopen();
    await write(log, first, 'd');
    webhook.answer = () => 200;
    await arrived(webhook, 3);
    await first.close(0);
    const second = ship(log, webhook.target);
    await write(log, second, 'e');
    await arrived(webhook, log.lastSeq);
    expect(firstOf(webhook.seqs)).toEqual(numbers(log.lastSeq));
    expect(webhook.lines.map((line) => JSON.parse(line).operation).filter(Boolean)).toEqual(expect.arrayContaining([...'abcde']));
    await second.close(0);
    await log.close();
    expect(said.join('\n')).not.toContain('not here any more');
  });

  it('say which lines are gone where a rotated file was taken away before they had arrived', async () => {
    const log = await openLog();
    await write(log, undefined, 'a');
    const first = ship(log, webhook.target);
    await arrived(webhook, 3);
    await first.close(1000);
    await write(log, undefined, 'b');
    await rename(file, `${file}.1`);
    await log.reopen();
    await rm(`${file}.1`);
    const second = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual([1, 2, 3, 7]);
    expect(said.join('\n')).toContain('lines 4 to 6 are not here any more');
    await second.close(0);
    await log.close();
  });

  it('take no rotated file of another log for one of theirs', async () => {
    const log = await openLog(`${directory}/audit`);
    const other = await openLog(`${directory}/audit-2`);
    await write(other, undefined, 'theirs');
    await rename(`${directory}/audit-2`, `${directory}/audit-2.1`);
    await other.reopen();
    await rename(`${directory}/audit`, `${directory}/audit.1`);
    await log.reopen();
    await write(log, undefined, 'ours');
    const shipping = ship(log, webhook.target);
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    await shipping.close(0);
    await log.close();
    await other.close();
  });

  it('go on in a file that was emptied in its place', async () => {
    const log = await openLog();
    const shipping = ship(log, webhook.target);
    await write(log, shipping, 'a');
    await arrived(webhook, log.lastSeq);
    await truncate(file, 0);
    await write(log, shipping, 'b');
    await arrived(webhook, log.lastSeq);
    expect(webhook.seqs).toEqual(numbers(log.lastSeq));
    await shipping.close(0);
    await log.close();
  });

  it('begin again with a log that was begun anew', async () => {
    const log = await openLog();
    const first = ship(log, webhook.target);
    await write(log, first, 'a', 'b');
    await arrived(webhook, log.lastSeq);
    await first.close(1000);
    await log.close();
    await Promise.all([rm(file), rm(`${file}.head`)]);
    const anew = await openLog();
    const second = ship(anew, webhook.target);
    await webhook.until(() => webhook.lines.length >= 6);
    expect(webhook.seqs).toEqual([1, 2, 3, 4, 5, 1]);
    expect(said.join('\n')).toContain('was begun anew');
    await second.close(0);
    await anew.close();
  });
});

it('leaves out what a crash cut short, and the rest is whole at the other end', async () => {
  const before = await openLog();
  await write(before, undefined, 'a');
  await before.close();
  await appendFile(file, '{"seq":5,"time":"2026-01-31T');
  const log = await openLog();
  const shipping = ship(log, webhook.target);
  await write(log, shipping, 'b');
  await arrived(webhook, log.lastSeq);
  expect(webhook.seqs).toEqual(numbers(log.lastSeq));
  const stored = `${directory}/received.jsonl`;
  await writeFile(stored, webhook.lines.map((line) => `<110>1 - host clerk-mcp - - - ${line}\n`).join(''));
  expect(await verifyAudit(stored, { isReceived: true })).toMatchObject({ ok: true, lines: log.lastSeq });
  const key = (await readFile(`${file}.key`, 'utf8')).trim();
  expect(await verifyAudit(stored, { isReceived: true, key })).toMatchObject({ ok: true });
  expect(await verifyAudit(stored, { isReceived: true, key: 'another-key-that-did-not-sign-these-lines' })).toMatchObject({
    ok: false,
  });
  await shipping.close(0);
  await log.close();
});

describe('syslog over a stream', () => {
  const receive = async () => {
    const receiver = await receiveStream({ target: (port) => `syslog+tcp://127.0.0.1:${port}` });
    opened.push(() => receiver.close());
    return receiver;
  };

  it('sends again what a receiver had not read to its end, in order', async () => {
    const receiver = await receive();
    const log = await openLog();
    await write(log, undefined, 'a', 'b');
    receiver.onConnection = (socket) => {
      if (receiver.connections === 1) socket.once('data', () => socket.resetAndDestroy());
      if (receiver.connections === 2) socket.destroy();
      return receiver.connections < 3;
    };
    const shipping = ship(log, receiver.target);
    await arrived(receiver, log.lastSeq);
    expect(receiver.seqs).toEqual(numbers(log.lastSeq));
    expect(receiver.connections).toBe(3);
    await shipping.close(1000);
    await log.close();
  });

  it('takes a receiver at its word that has closed its side from the beginning, but not the first time', async () => {
    const receiver = await receive();
    receiver.onConnection = (socket) => {
      socket.allowHalfOpen = true;
      socket.end();
      return false;
    };
    const log = await openLog();
    const shipping = ship(log, receiver.target);
    await receiver.until(() => receiver.lines.length >= 2);
    expect(receiver.seqs).toEqual([1, 1]);
    await write(log, shipping, 'a');
    await arrived(receiver, 3);
    await shipping.close(3000);
    expect(receiver.seqs).toEqual([1, 1, 2, 3]);
    expect(said.filter((line) => line.includes('never closes a connection after us'))).toHaveLength(1);
    await log.close();
  });

  it('does not take one at its word that leaves the connection open, but not for ever', async () => {
    const receiver = await receive();
    receiver.onConnection = (socket) => {
      socket.allowHalfOpen = true;
      return false;
    };
    const transport = new SyslogStream(parseShipTarget(receiver.target) as SyslogTarget, tell, 100);
    const log = await openLog();
    const reader = new LogReader(file, undefined, tell);
    const lines = await reader.peek({ lines: 1, bytes: 1 });
    await reader.close();
    const send = () => transport.send(lines, identityOf(file), AbortSignal.timeout(10_000));
    await expect(send()).rejects.toThrow('did not close the connection after us');
    await send();
    expect(receiver.seqs).toEqual([1, 1]);
    await log.close();
  });
});
