import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditLine } from '../../../src/policy/audit/line.js';
import { AuditLog, type AuditLogOptions } from '../../../src/policy/audit/log.js';
import { showAudit } from '../../../src/policy/audit/show.js';
import { verifyAudit } from '../../../src/policy/audit/verify.js';
import { Clock } from '../fixtures.js';

let dir: string;
let file: string;
let opened: AuditLog[];
const warnings: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clerk-mcp-audit-'));
  file = join(dir, 'audit.log');
  opened = [];
  warnings.length = 0;
});

afterEach(async () => {
  await Promise.all(opened.map((log) => log.close().catch(() => {})));
  await rm(dir, { recursive: true, force: true });
});

async function start(options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  const log = await AuditLog.open({ file, now: new Clock().now, warn: (message) => warnings.push(message), ...options });
  opened.push(log);
  return log;
}

async function stop(log: AuditLog): Promise<void> {
  opened.splice(opened.indexOf(log), 1);
  await log.close();
}

/** What a killed process leaves: the file as it is, and its lock. */
async function kill(log: AuditLog): Promise<void> {
  const [content, head] = await Promise.all([readFile(file), readFile(`${file}.head`)]);
  await stop(log);
  await Promise.all([writeFile(file, content), writeFile(`${file}.head`, head)]);
}

const intent = (at: number) => ({ kind: 'intent' as const, call: `call-${at}`, operation: 'Users_ban', caller: 'local' });
const outcome = (at: number) => ({ kind: 'outcome' as const, call: `call-${at}`, operation: 'Users_ban', status: 200 });
const linesIn = async (path = file): Promise<string[]> => (await readFile(path, 'utf8')).split('\n').slice(0, -1);
const parsed = async (path = file): Promise<AuditLine[]> => (await linesIn(path)).map((line) => JSON.parse(line));
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function filled(count = 6): Promise<void> {
  const log = await start();
  for (let at = 0; at < count; at++) await log.append(at % 2 === 0 ? intent(at) : outcome(at - 1));
  await stop(log);
}

describe('AuditLog', () => {
  it('writes a chain of lines, each with the hash of the one before', async () => {
    await filled();
    const lines = await linesIn();
    const records = await parsed();
    expect(records.map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'start'],
      [2, 'intent'],
      [3, 'outcome'],
      [4, 'intent'],
      [5, 'outcome'],
      [6, 'intent'],
      [7, 'outcome'],
      [8, 'stop'],
    ]);
    expect(records[0]?.prev).toBe('0'.repeat(64));
    for (const [at, { prev }] of records.entries()) if (at > 0) expect(prev).toBe(sha256(lines[at - 1] ?? ''));
    expect(await verifyAudit(file)).toEqual({ ok: true, lines: 8, problems: [], notes: [], unfinished: [] });
  });

  it('is readable by its owner alone, also where the file was there before', async () => {
    await start();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const other = join(dir, 'other.log');
    await writeFile(other, '', { mode: 0o644 });
    await chmod(other, 0o644);
    await start({ file: other });
    expect((await stat(other)).mode & 0o777).toBe(0o600);
    expect((await stat(`${other}.head`)).mode & 0o777).toBe(0o600);
  });

  it('does not write through a symbolic link', async () => {
    await writeFile(join(dir, 'elsewhere'), '');
    await symlink(join(dir, 'elsewhere'), file);
    await expect(start()).rejects.toThrow('is a symbolic link');
  });

  it('keeps one line for one entry, whatever is in it', async () => {
    const log = await start();
    const target = 'a\nb\r\u2028\u2029\u0085c';
    await log.append({ ...intent(1), target });
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/[\r\u2028\u2029\u0085]/);
    expect((await parsed()).at(-1)?.target).toBe(target);
  });

  it('writes what comes at once in the order in which it came', async () => {
    const log = await start();
    await Promise.all(Array.from({ length: 500 }, (_, at) => log.append(intent(at), { sync: at % 50 === 0 })));
    expect((await parsed()).slice(1).map(({ call }) => call)).toEqual(Array.from({ length: 500 }, (_, at) => `call-${at}`));
    expect((await verifyAudit(file)).ok).toBe(true);
  });

  it('has an entry on the disk by the time that it says so', async () => {
    const log = await start();
    await log.append(intent(1), { sync: true });
    expect((await parsed()).at(-1)).toMatchObject({ kind: 'intent', call: 'call-1' });
  });

  it('goes on where the process before ended', async () => {
    await filled();
    await filled();
    const report = await verifyAudit(file);
    expect(report).toMatchObject({ ok: true, lines: 16 });
  });

  it('takes no file that is none of its own', async () => {
    for (const content of ['hello\n', '{"level":30}\n', '\n', 'x'.repeat(2_000_000)]) {
      await writeFile(file, content);
      await expect(start()).rejects.toThrow('does not end with lines of an audit log');
      expect(await readFile(file, 'utf8')).toBe(content);
    }
  });
});

describe('after a crash', () => {
  it('reports calls without an outcome at the next start, once', async () => {
    const first = await start();
    await first.append(intent(1), { sync: true });
    await first.append(intent(2), { sync: true });
    await first.append(outcome(1));
    await kill(first);
    expect((await verifyAudit(file)).unfinished).toEqual([
      { call: 'call-2', operation: 'Users_ban', time: '2026-01-02T03:04:05.000Z' },
    ]);
    const second = await start();
    expect(second.unfinished.map(({ call }) => call)).toEqual(['call-2']);
    expect((await parsed()).at(-1)).toMatchObject({ kind: 'start', open: [{ call: 'call-2' }] });
    await kill(second);
    expect((await start()).unfinished).toEqual([]);
  });

  it('finds them also far from the end', async () => {
    const first = await start();
    await first.append(intent(0));
    const refusal = { kind: 'refused', operation: 'Users_ban', reason: 'x'.repeat(100) } as const;
    await Promise.all(Array.from({ length: 2_000 }, () => first.append(refusal)));
    await kill(first);
    expect((await start()).unfinished.map(({ call }) => call)).toEqual(['call-0']);
  });

  it.each(['in the line', 'before the line break', 'in the first bytes'])('copes with a line cut %s', async (where) => {
    const first = await start();
    await first.append(intent(1));
    await first.append(outcome(1));
    const before = (await readFile(file)).length;
    const head = await readFile(`${file}.head`);
    await first.append(intent(2));
    const after = (await readFile(file)).length;
    await kill(first);
    const cut = where === 'in the line' ? before + 40 : where === 'in the first bytes' ? before + 1 : after - 1;
    await truncate(file, cut);
    await writeFile(`${file}.head`, head);
    const { problems } = await verifyAudit(file);
    const behind = 'the head is behind the log: it notes number 3, the log ends with 4';
    expect(problems.map(({ problem }) => problem)).toEqual(where === 'before the line break' ? [behind] : []);
    const second = await start();
    expect(second.unfinished.map(({ call }) => call)).toEqual(where === 'before the line break' ? ['call-2'] : []);
    await second.append(intent(3));
    await second.append(outcome(3));
    await stop(second);
    expect(await verifyAudit(file)).toMatchObject({
      ok: true,
      unfinished: where === 'before the line break' ? [{ call: 'call-2' }] : [],
    });
    await filled(2);
    expect((await verifyAudit(file)).ok).toBe(true);
  });

  it('copes with a cut at any byte of the file', async () => {
    await filled(2);
    const whole = await readFile(file);
    for (let cut = 0; cut <= whole.length; cut += 7) {
      await writeFile(file, whole.subarray(0, cut));
      await rm(`${file}.head`, { force: true });
      await stop(await start());
      const report = await verifyAudit(file);
      expect(report.problems).toEqual([]);
    }
  });

  it('copes with a second crash while it copes with the first', async () => {
    await filled(2);
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 30));
    await rm(`${file}.head`);
    await stop(await start());
    const repaired = await readFile(file);
    for (let cut = whole.length - 30; cut <= repaired.length; cut += 11) {
      await writeFile(file, repaired.subarray(0, cut));
      await rm(`${file}.head`, { force: true });
      await stop(await start());
      expect((await verifyAudit(file)).problems).toEqual([]);
    }
  });

  it('notices lines that the file lost while nobody had it', async () => {
    await filled();
    const lines = await linesIn();
    await writeFile(file, `${lines.slice(0, -2).join('\n')}\n`);
    await stop(await start());
    expect(warnings).toEqual([expect.stringContaining('lines 7 to 8 are missing at its end')]);
    expect((await verifyAudit(file)).problems).toEqual([
      { file, line: 7, problem: 'lines were removed before this one: number 7 to 8' },
    ]);
  });
});

describe('one process for one log', () => {
  it('is refused a log that this process has', async () => {
    await start();
    await expect(start()).rejects.toThrow(/is being written by process \d+/);
  });

  it('is refused a log of another process that lives', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(other, 'spawn');
    try {
      const holder = (began: string) => JSON.stringify({ pid: other.pid, host: hostname(), began, nonce: 'x' });
      await writeFile(`${file}.lock`, holder(''));
      await expect(start()).rejects.toThrow(`process ${other.pid}`);
      // The same id, but of a process that began at another time: the holder is gone.
      await writeFile(`${file}.lock`, holder('1'));
      if (process.platform === 'linux') await start();
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
  });

  it('takes over from a process that is gone', async () => {
    const gone = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    await once(gone, 'exit');
    await writeFile(`${file}.lock`, JSON.stringify({ pid: gone.pid, host: hostname(), began: '', nonce: 'x' }));
    await start();
    expect(JSON.parse(await readFile(`${file}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('leaves a lock of another machine alone, and one that it cannot read', async () => {
    const other = JSON.stringify({ pid: 7, host: 'elsewhere', began: '', nonce: 'x' });
    for (const lock of [other, '', 'nonsense']) {
      await writeFile(`${file}.lock`, lock);
      const hours = new Date(Date.now() - 3 * 3_600_000);
      await utimes(`${file}.lock`, hours, hours);
      const says =
        lock === other
          ? /audit\.log is held by process 7 of another machine or container, elsewhere, whose last sign of life was 3 h ago\. If that one is gone, remove .*\.lock\.$/
          : /if that process is gone, remove/;
      await expect(start()).rejects.toThrow(says);
      expect(await readFile(`${file}.lock`, 'utf8')).toBe(lock);
    }
  });

  it('takes over from a container of the same host name once that has shown no sign of life for a minute', async () => {
    const lock = JSON.stringify({ pid: process.pid, host: hostname(), began: '', namespace: 'pid:[1]', nonce: 'x' });
    await writeFile(`${file}.lock`, lock);
    await expect(start()).rejects.toThrow(/of another machine or container.*last sign of life was \d+ s ago/);
    const minutes = new Date(Date.now() - 61_000);
    await utimes(`${file}.lock`, minutes, minutes);
    await start();
    expect(JSON.parse(await readFile(`${file}.lock`, 'utf8'))).not.toMatchObject({ namespace: 'pid:[1]' });
  });

  it('lets exactly one of many racing starts have it, also over a stale lock', async () => {
    for (let round = 0; round < 5; round++) {
      await writeFile(`${file}.lock`, JSON.stringify({ pid: 2 ** 30, host: hostname(), began: '', nonce: `${round}` }));
      const starts = await Promise.allSettled(Array.from({ length: 8 }, () => start()));
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const each of starts) if (each.status === 'fulfilled') await stop(each.value);
    }
    expect((await readdir(dir)).sort()).toEqual(['audit.log', 'audit.log.head', 'audit.log.key']);
  });

  it('gives the lock back, also when the start fails', async () => {
    await writeFile(file, 'not a log\n');
    await expect(start()).rejects.toThrow();
    await rm(file);
    await stop(await start());
    expect(await readdir(dir)).not.toContain('audit.log.lock');
  });

  it('stops when somebody writes to the log all the same', async () => {
    const log = await start();
    await log.append(intent(1));
    await appendFile(file, `${(await linesIn()).at(-1)}\n`);
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(log.append(intent(2))).rejects.toThrow('another process writes to it too');
    await expect(log.check()).rejects.toThrow();
    expect((await verifyAudit(file)).ok).toBe(false);
  });
});

describe('a disk that fails', () => {
  /** A file of which writes fail after `bytes` more, or syncs, until it is mended. */
  function brittle() {
    const state = { failing: false, bytes: 0, syncFails: false };
    const openFile = async (path: string): Promise<FileHandle> => {
      const real = await open(path, 'a+', 0o600);
      return new Proxy(real, {
        get(target, name) {
          if (name === 'write' && state.failing) {
            return async (buffer: Buffer, at: number, length: number) => {
              if (state.bytes === 0) throw new Error('ENOSPC');
              const part = Math.min(state.bytes, length);
              state.bytes -= part;
              return target.write(buffer, at, part);
            };
          }
          if (name === 'datasync' && state.syncFails) return () => Promise.reject(new Error('EIO'));
          const value = Reflect.get(target, name) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
    return { state, openFile };
  }

  it.each([0, 1, 40, 150])('refuses, and goes on when it is mended (%s bytes written)', async (bytes) => {
    const { state, openFile } = brittle();
    const log = await start({ openFile });
    await log.append(intent(1));
    Object.assign(state, { failing: true, bytes });
    await expect(log.append(intent(2), { sync: true })).rejects.toThrow('ENOSPC');
    await expect(log.append(outcome(1))).rejects.toThrow('ENOSPC');
    await expect(log.check()).rejects.toThrow('ENOSPC');
    state.failing = false;
    await log.check();
    await log.append(intent(3));
    await log.append(outcome(3));
    await stop(log);
    expect(await verifyAudit(file)).toMatchObject({ ok: true, problems: [], unfinished: [] });
    const records = await parsed().catch(() => []);
    if (bytes === 0)
      expect(records.map(({ kind }) => kind)).toEqual(['start', 'intent', 'recovered', 'outcome', 'intent', 'outcome', 'stop']);
    expect(warnings).toEqual([expect.stringContaining('cannot be written'), expect.stringContaining('can be written again')]);
  });

  it('knows which lines of several are on the disk', async () => {
    const { state, openFile } = brittle();
    const log = await start({ openFile });
    await log.append(intent(1));
    Object.assign(state, { failing: true, bytes: 600 });
    const several = await Promise.allSettled([...[2, 3, 4, 5].map((at) => log.append(intent(at))), log.append(outcome(1))]);
    expect(several.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    expect(await linesIn()).not.toHaveLength(2);
    state.failing = false;
    await log.append(intent(6));
    await stop(log);
    expect(await verifyAudit(file)).toMatchObject({ ok: true, problems: [], unfinished: [{ call: 'call-6' }] });
  });

  it('does not say that an intent stands when it could not be synced', async () => {
    const { state, openFile } = brittle();
    const log = await start({ openFile });
    state.syncFails = true;
    await expect(log.append(intent(1), { sync: true })).rejects.toThrow('EIO');
    state.syncFails = false;
    await log.append(intent(2));
    await log.append(outcome(2));
    await stop(log);
    expect(await verifyAudit(file)).toMatchObject({ ok: true, unfinished: [] });
    expect((await parsed()).find(({ kind }) => kind === 'recovered')).toMatchObject({ notSent: ['call-1'] });
  });
});

describe('rotation', () => {
  it('loses nothing and keeps the chain', async () => {
    const log = await start();
    await log.append(intent(1));
    await log.append(intent(2));
    await rename(file, `${file}.1`);
    await log.append(outcome(1));
    const during = Promise.all(Array.from({ length: 50 }, (_, at) => log.append(intent(100 + at))));
    await log.reopen();
    await during;
    await Promise.all(Array.from({ length: 50 }, (_, at) => log.append(outcome(100 + at))));
    await log.append(outcome(2));
    await stop(log);
    const [old, fresh] = [await parsed(`${file}.1`), await parsed()];
    expect(old.at(-1)?.kind).toBe('rotated');
    expect(fresh[0]).toMatchObject({ kind: 'continued', prev: sha256((await linesIn(`${file}.1`)).at(-1) ?? '') });
    expect(await verifyAudit([`${file}.1`, file])).toEqual({
      ok: true,
      lines: old.length + fresh.length,
      problems: [],
      notes: [],
      unfinished: [],
    });
    expect((await verifyAudit(file)).problems).toEqual([
      { file, line: 1, problem: expect.stringMatching(/^lines 1 to \d+ are not here: give the files before it/) },
    ]);
    expect(await verifyAudit(file, { isPartial: true })).toMatchObject({
      ok: true,
      notes: [expect.stringContaining('continues a file')],
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('knows after a crash what was under way before the rotation', async () => {
    const log = await start();
    await log.append(intent(1));
    await log.append(intent(2));
    await rename(file, `${file}.1`);
    await log.reopen();
    await log.append(outcome(1));
    await kill(log);
    expect((await start()).unfinished.map(({ call }) => call)).toEqual(['call-2']);
  });

  it('does nothing where nothing was renamed', async () => {
    const log = await start();
    await log.reopen();
    expect((await parsed()).map(({ kind }) => kind)).toEqual(['start']);
  });

  it('goes on in the old file where no new one can be opened', async () => {
    const log = await start({
      openFile: async (path) => {
        if ((await readdir(dir)).includes('audit.log.1')) throw new Error('EACCES');
        return open(path, 'a+', 0o600);
      },
    });
    await rename(file, `${file}.1`);
    await log.reopen();
    await log.append(intent(1));
    expect(warnings[0]).toContain('could not be reopened: EACCES');
    expect((await parsed(`${file}.1`)).at(-1)).toMatchObject({ kind: 'intent' });
    expect((await verifyAudit(`${file}.1`)).ok).toBe(true);
    await rename(`${file}.1`, file);
  });

  it('writes nothing to a file that was deleted, and goes on in a new one when told to', async () => {
    const log = await start();
    await log.append(intent(1));
    await rm(file);
    await expect(log.append(intent(2), { sync: true })).rejects.toThrow('was deleted');
    await expect(log.append(outcome(1))).rejects.toThrow('was deleted');
    await expect(log.check()).rejects.toThrow('was deleted');
    await log.reopen();
    await log.append(intent(3));
    expect((await parsed()).map(({ kind, seq }) => [kind, seq])).toEqual([
      ['continued', 3],
      ['outcome', 4],
      ['intent', 5],
    ]);
    expect((await parsed())[0]).toMatchObject({ open: [{ call: 'call-1' }], notSent: ['call-2'] });
    expect(await verifyAudit(file, { isPartial: true })).toMatchObject({ ok: true, unfinished: [{ call: 'call-3' }] });
    expect(warnings.at(-1)).toContain('can be written again');
  });

  it('keeps the chain where the file was taken away while no process had it', async () => {
    await filled();
    await rename(file, `${file}.1`);
    await filled();
    expect((await parsed()).slice(0, 2)).toMatchObject([
      { kind: 'continued', seq: 9 },
      { kind: 'start', seq: 10 },
    ]);
    expect(await verifyAudit([`${file}.1`, file])).toMatchObject({ ok: true, problems: [] });
  });

  it('finds a file that is missing in between', async () => {
    await filled();
    await rename(file, `${file}.1`);
    await filled();
    await rename(file, `${file}.2`);
    await filled();
    expect((await verifyAudit([`${file}.1`, `${file}.2`, file])).ok).toBe(true);
    expect((await verifyAudit([`${file}.1`, file])).problems).toEqual([
      { file, line: 1, problem: expect.stringContaining('lines were removed') },
    ]);
  });
});

describe('verifyAudit', () => {
  async function tampered(change: (lines: string[]) => string[]): Promise<Awaited<ReturnType<typeof verifyAudit>>> {
    await rm(file, { force: true });
    await rm(`${file}.head`, { force: true });
    await filled();
    const lines = await linesIn();
    const changed = change([...lines]);
    expect(changed).not.toEqual(lines);
    await writeFile(file, changed.map((line) => `${line}\n`).join(''));
    return verifyAudit(file);
  }

  it('finds each single removed line, the first and the last too', async () => {
    for (let at = 0; at < 8; at++) {
      const { problems } = await tampered((lines) => lines.toSpliced(at, 1));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ line: at + 1, problem: expect.stringMatching(/removed/) });
    }
  });

  it('finds each single changed line', async () => {
    for (let at = 0; at < 8; at++) {
      const { problems } = await tampered((lines) => lines.with(at, (lines[at] ?? '').replace('2026-01-02', '2026-01-03')));
      expect(problems).toEqual([{ file, line: at + 1, problem: expect.stringContaining('was changed') }]);
    }
  });

  it('finds a changed line the sum of which was made to fit', async () => {
    for (let at = 0; at < 8; at++) {
      const { ok } = await tampered((lines) => {
        const body = (lines[at] ?? '').replace('2026-01-02', '2026-01-03').replace(/,"sum":.*$/, '');
        return lines.with(at, `${body},"sum":"${sha256(body).slice(0, 16)}"}`);
      });
      expect(ok).toBe(false);
    }
  });

  it('finds every swap of two lines', async () => {
    for (let one = 0; one < 8; one++) {
      for (let other = one + 1; other < 8; other++) {
        expect((await tampered((lines) => lines.with(one, lines[other] ?? '').with(other, lines[one] ?? ''))).ok).toBe(false);
      }
    }
  });

  it('finds a repeated and an inserted line', async () => {
    for (let at = 0; at < 8; at++) {
      expect((await tampered((lines) => lines.toSpliced(at, 0, lines[at] ?? ''))).ok).toBe(false);
      expect((await tampered((lines) => lines.toSpliced(at, 0, '{"kind":"intent"}'))).ok).toBe(false);
      expect((await tampered((lines) => lines.toSpliced(at, 0, ''))).ok).toBe(false);
    }
  });

  it('finds any damage to any byte but what is no damage', async () => {
    await filled();
    const whole = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 2), fc.integer({ min: 1, max: 127 }), async (at, by) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ by;
        await writeFile(file, damaged);
        expect((await verifyAudit(file)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('says that the end is open where nothing tells that it is whole', async () => {
    const log = await start();
    await log.append(intent(1));
    await kill(log);
    await rename(file, `${file}.1`);
    expect(await verifyAudit(`${file}.1`)).toMatchObject({ ok: true, notes: [expect.stringContaining('no closing line')] });
  });

  it('takes an empty file for one that lost all', async () => {
    await filled();
    await writeFile(file, '');
    expect((await verifyAudit(file)).problems).toEqual([
      { file, line: 1, problem: 'lines were removed at the end: number 1 to 8' },
    ]);
  });
});

describe('showAudit', () => {
  async function shown(filters = {}): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of showAudit([file], filters)) lines.push(line);
    return lines;
  }

  it('tells a call in a line for its intent and one for its outcome', async () => {
    const log = await start();
    await log.append({
      ...intent(1),
      risk: 'destructive',
      client: 'claude',
      clientVersion: '1.2',
      instance: { kind: 'live', id: 'x' },
      target: 'Ada Lovelace (user_ada)',
      args: { user_id: 'user_ada' },
      decision: 'allowed',
      rule: 'default: gated',
      strength: 'person',
      confirmed: 'the person',
    });
    await log.append({ ...outcome(1), durationMs: 12, trace: 'abc' });
    expect((await shown()).slice(1)).toEqual([
      `2026-01-02T03:04:05.000Z #2 intent  Users_ban  destructive  by local claude 1.2  on live  target Ada Lovelace (user_ada)  args {"user_id":"user_ada"}  rule default: gated  strength person  confirmed by the person`,
      '2026-01-02T03:04:05.000Z #3 outcome  Users_ban  status 200  trace abc  12 ms',
    ]);
  });

  it('filters by time, operation, caller and decision, an outcome going with its intent', async () => {
    const clock = new Clock();
    const log = await start({ now: clock.now });
    await log.append({ ...intent(1), decision: 'allowed' });
    clock.time += 60_000;
    await log.append({ kind: 'refused', operation: 'Users_delete', caller: 'other', decision: 'refused', reason: 'expired' });
    await log.append(outcome(1));
    const kinds = async (filters: object) => (await shown(filters)).map((line) => line.split(' ')[2]);
    expect(await kinds({ operation: 'Users_ban' })).toEqual(['intent', 'outcome']);
    expect(await kinds({ caller: 'local' })).toEqual(['intent', 'outcome']);
    expect(await kinds({ caller: 'other' })).toEqual(['refused']);
    expect(await kinds({ decision: 'refused' })).toEqual(['refused']);
    expect(await kinds({ decision: 'allowed' })).toEqual(['intent', 'outcome']);
    expect(await kinds({ since: clock.time })).toEqual(['refused', 'outcome']);
    expect(await kinds({ until: clock.time - 1 })).toEqual(['start', 'intent', 'outcome']);
  });

  it('lets nothing of the log play with the terminal', async () => {
    const log = await start();
    await log.append({ ...intent(1), caller: 'x\u001b[2J\u202E', target: '\u0007\n#99 outcome  forged' });
    const [, line = ''] = await shown();
    expect(line).not.toMatch(/\p{Cc}|\u202E/u);
  });

  it('marks what was changed or is none of the log', async () => {
    await filled(2);
    const lines = await linesIn();
    await writeFile(file, `${lines.map((line) => line.replace('"status":200', '"status":201')).join('\n')}\nwhat\n`);
    const told = await shown();
    expect(told.at(-1)).toContain('not from this log');
    expect(told.filter((line) => line.endsWith('(CHANGED)'))).toHaveLength(1);
  });
});
