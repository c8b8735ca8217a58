import { isAscii } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { NEW_FILE } from '../platform/private-file.js';

/** The start of the wrapper that Node puts around a CommonJS module. */
const OPENING = Buffer.from('(function (exports, require, module, __filename, __dirname) { ');
const CLOSING = Buffer.from('\n})');
const DIGEST_BYTES = 32;

type Wrapped = (exports: unknown, require: NodeJS.Require, module: Module, filename: string, dirname: string) => void;

interface Loaded<T> {
  readonly exports: T;
  /**
   * Keeps what V8 has compiled so far, for later starts. Absent where it is kept already. Takes some 20 ms and never
   * throws: without a writable folder, starts are merely slower.
   */
  readonly keep?: () => void;
}

/**
 * Loads a CommonJS file of this program as `require` does, but with the code that V8 compiled in an earlier run, where
 * it was kept: most of a start is compiling.
 *
 * The cache lies beside the file, one for each version of Node and flags of V8; anyone who can write there could change the
 * program itself. V8's own tag does not tell versions of Node apart that have the same V8, and crashes on what another of them
 * compiled. V8 compares only the length of the source, and damaged code would crash the process, so the cache
 * begins with a digest of the source and of itself. A cache that does not match is ignored.
 */
export function load<T>(file: string): Loaded<T> {
  const source = Buffer.concat([OPENING, readFileSync(file), CLOSING]);
  const cache = `${file.replace(/\.js$/, '')}.${process.version}-${process.arch}-${cachedDataVersionTag().toString(16)}.cache`;
  const cachedData = readCache(cache, source);
  const script = new Script(source.toString(isAscii(source) ? 'latin1' : 'utf8'), {
    filename: file,
    columnOffset: -OPENING.length,
    ...(cachedData && { cachedData }),
  });
  const module = new Module(file);
  module.filename = file;
  const require = createRequire(file);
  require.cache[file] = module;
  (script.runInThisContext() as Wrapped)(module.exports, require, module, file, dirname(file));
  module.loaded = true;
  const exports: T = module.exports;
  if (script.cachedDataRejected === false) return { exports };
  return { exports, keep: () => writeCache(cache, source, script) };
}

const digest = (source: Buffer, data: Buffer): Buffer => createHash('sha256').update(source).update(data).digest();

function readCache(cache: string, source: Buffer): Buffer | undefined {
  try {
    const kept = readFileSync(cache);
    const data = kept.subarray(DIGEST_BYTES);
    return digest(source, data).equals(kept.subarray(0, DIGEST_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Writes under a temporary name first, so that other starts see the whole cache or none. */
function writeCache(cache: string, source: Buffer, script: Script): void {
  const unfinished = `${cache}.${randomUUID()}`;
  try {
    accessSync(dirname(cache), constants.W_OK);
    const data = script.createCachedData();
    const file = openSync(unfinished, NEW_FILE, 0o644);
    try {
      writeFileSync(file, Buffer.concat([digest(source, data), data]));
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, cache);
  } catch {
    discard(unfinished);
  }
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // If it cannot be removed, it could not be written either.
  }
}
