import { isAscii } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE } from '../support/node.js';
import { PROGRAM } from '../support/program.js';
import { type RawOptions, RawProgram } from '../support/raw-program.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
chmodSync(scratch, 0o755);

const NOBODY = 65_534;
const isKept = (file: string): boolean => file.includes('.cache');

/** A copy of the built program as a package holds it: with nothing kept of an earlier start. */
class Copy {
  readonly dist = mkdtempSync(join(scratch, 'dist-'));

  constructor() {
    chmodSync(this.dist, 0o755);
    cpSync(dirname(PROGRAM), this.dist, { recursive: true, filter: (file) => !isKept(file) });
  }

  /** Lists the tools and ends. Answers with how many there were, the exit code and what was said on stderr. */
  async list(how: RawOptions = {}): Promise<object> {
    const env = { CLERK_SECRET_KEY: 'sk_test_start', CLERK_MCP_LOG_LEVEL: 'silent' };
    const server = new RawProgram([], env, { ...how, program: join(this.dist, 'cli.js') });
    await server.handshake();
    const answered = server.answer(1);
    server.send({ id: 1, method: 'tools/list' });
    const { tools } = (await answered).result as { tools?: readonly unknown[] };
    // What is compiled is kept before anything else is answered.
    const pinged = server.answer(2);
    server.send({ id: 2, method: 'ping' });
    await pinged;
    server.child.stdin?.end();
    const { code, stderr } = await server.ended;
    return { tools: tools?.length, code, stderr };
  }

  /** The files of what is kept. */
  kept(): string[] {
    return readdirSync(this.dist)
      .filter(isKept)
      .map((file) => join(this.dist, file));
  }

  /** The one file of what is kept, and which it is: another has another number. */
  only(): { readonly path: string; readonly number: bigint } {
    const [path = '', ...others] = this.kept();
    expect(others).toEqual([]);
    return { path, number: statSync(path, { bigint: true }).ino };
  }
}

function overwrite(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
}

const started = await new Copy().list();

const damages: Readonly<Record<string, (kept: string, copy: Copy) => void>> = {
  'is empty': (kept) => truncateSync(kept),
  'was cut off': (kept) => truncateSync(kept, 5000),
  'has wrong bytes in it': (kept) => overwrite(kept, (bytes) => bytes.fill(0xff, 50_000, 50_100)),
  'is something else': (kept) => writeFileSync(kept, 'not compiled code'),
  // As long as before, and the length is all that V8 compares.
  'is of another build': (_, { dist }) =>
    overwrite(join(dist, 'start.js'), (bytes) => bytes.write('Foreign', bytes.indexOf('Unknown cursor'))),
};

describe('a start', () => {
  it('lists the tools', () => {
    expect(started).toEqual({ tools: expect.any(Number), code: 0, stderr: '' });
  });

  it('keeps what was compiled for the next one, and nobody else may change it', async () => {
    const copy = new Copy();
    await copy.list();
    const kept = copy.only();
    expect(statSync(kept.path).mode & 0o022).toBe(0);
    // Versions of Node with the same V8 crash on each other's.
    const version = execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim();
    expect(basename(kept.path)).toContain(`.${version}-`);
    expect(await copy.list()).toEqual(started);
    expect(copy.only()).toEqual(kept);
  });

  // V8 holds a text with one other character in it as twice as much.
  it.each(['start.js', 'manifest.json'])('reads %s in ASCII', (file) => {
    expect(isAscii(readFileSync(join(dirname(PROGRAM), file)))).toBe(true);
  });

  it('finds what the build has kept', () => {
    expect(readdirSync(dirname(PROGRAM)).filter(isKept)).not.toEqual([]);
  });

  it.each(Object.entries(damages))('compiles and keeps anew where what was kept %s', async (_, damage) => {
    const copy = new Copy();
    await copy.list();
    const damaged = copy.only();
    damage(damaged.path, copy);
    expect(await copy.list()).toEqual(started);
    const mended = copy.only();
    expect(mended).not.toEqual(damaged);
    expect(await copy.list()).toEqual(started);
    expect(copy.only()).toEqual(mended);
  });

  it('compiles and keeps anew where V8 refuses what was kept', async () => {
    const copy = new Copy();
    await copy.list();
    const { path } = copy.only();
    await copy.list({ nodeArgs: ['--no-opt'] });
    const [foreign = ''] = copy.kept().filter((file) => file !== path);
    renameSync(foreign, path);
    const refused = copy.only();
    expect(await copy.list()).toEqual(started);
    expect(copy.only()).not.toEqual(refused);
  });

  it('is like any other where nothing can be kept', async () => {
    const copy = new Copy();
    chmodSync(copy.dist, 0o555);
    try {
      // Root may write everywhere.
      expect(await copy.list(process.getuid?.() === 0 ? { uid: NOBODY } : {})).toEqual(started);
      expect(copy.kept()).toEqual([]);
    } finally {
      chmodSync(copy.dist, 0o755);
    }
  });
});
