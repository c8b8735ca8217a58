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
   * Keeps what V8 has compiled by now, for the starts to come. Absent where that is kept already. Takes some 20 ms and
   * never throws: a folder that cannot be written to is a start like any other.
   */
  readonly keep?: () => void;
}

/**
 * Loads a CommonJS file of this program as `require` does, but with what V8 compiled of it in an earlier run, where
 * that is kept: compiling is the larger part of a start.
 *
 * It is kept beside the file, where anyone who can write could change the program itself anyway, one file for each build
 * of V8 and its flags. V8 only compares the length of the source and no checksum, and what is damaged would end the
 * process: so a digest of the source and of what was kept stands in front. What does not fit is as if it were not there.
 */
export function load<T>(file: string): Loaded<T> {
  const source = Buffer.concat([OPENING, readFileSync(file), CLOSING]);
  const cache = `${file.replace(/\.js$/, '')}.${cachedDataVersionTag().toString(16)}.cache`;
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

/** Writes under a temporary name first, so that another start sees all of it or nothing. */
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
    // It could not be written in the first place.
  }
}
