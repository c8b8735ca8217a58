import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory of the test file's own, removed at its end. */
export async function scratchDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'clerk-mcp-test-'));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return path;
}

let files = 0;

/** A new file with this content, strings as they are and anything else as JSON. Answers with its path. */
export async function scratchFile(directory: string, content: unknown): Promise<string> {
  files++;
  const path = join(directory, `file-${files}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
