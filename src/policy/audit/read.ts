import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** The bytes of a line, without its line break. `terminated` is false for a last line that has none. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly terminated: boolean;
}

const NEWLINE = 0x0a;
const CHUNK = 65_536;

/** The lines of a file from its start. Only the line break counts, not what Unicode takes for one. */
export async function* linesOf(path: string): AsyncGenerator<RawLine> {
  let rest: Buffer[] = [];
  const stream = createReadStream(path);
  // The system names a file that cannot be opened, and not one that then cannot be read, such as a folder.
  stream.once('error', (error: NodeJS.ErrnoException) => {
    error.path ??= path;
  });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield { bytes: Buffer.concat([...rest, chunk.subarray(from, at)]), terminated: true };
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), terminated: false };
}

/**
 * The lines of the first `size` bytes of a file from the last to the first. `start` is where the line begins.
 * @param least nothing before it is read, nor a line that begins there
 */
export async function* linesBackward(
  file: FileHandle,
  size: number,
  least = 0,
): AsyncGenerator<RawLine & { readonly start: number }> {
  let buffer = Buffer.alloc(0);
  let at = size;
  let terminated = false;
  while (at > least) {
    const from = Math.max(least, at - CHUNK);
    buffer = Buffer.concat([await readExactly(file, from, at - from), buffer]);
    at = from;
    for (let end = buffer.lastIndexOf(NEWLINE); end !== -1; end = buffer.lastIndexOf(NEWLINE)) {
      const bytes = buffer.subarray(end + 1);
      // After the last line break comes nothing, or a line that was cut short.
      if (terminated || bytes.length > 0) yield { bytes, terminated, start: at + end + 1 };
      buffer = buffer.subarray(0, end);
      terminated = true;
    }
  }
  if (least === 0 && (terminated || buffer.length > 0)) yield { bytes: buffer, terminated, start: 0 };
}

export async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    read += bytesRead;
  }
  return buffer;
}
