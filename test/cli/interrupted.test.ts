import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE } from '../support/node.js';
import { childEnv, ended, PROGRAM } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

describe('Ctrl+C while Clerk does not answer', () => {
  let interrupt = (): void => {};
  const silent = createServer(() => interrupt());
  let home: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    home = await scratchDirectory();
    writeFileSync(join(home, 'clerk.yml'), 'clerk_configuration: 1\norganization_settings:\n  enabled: true\n');
    writeFileSync(join(home, 'calls.jsonl'), '{}\n{"query":"a"}\n');
  });
  afterAll(() => {
    silent.close();
    silent.closeAllConnections();
  });

  it.each([
    'config pull',
    'config diff clerk.yml',
    'config apply clerk.yml --yes',
    'call Users_getTotalCount',
    'call Users_getTotalCount --batch calls.jsonl',
    'export copy.json',
  ])('ends %s with one line and the exit code for it', async (line) => {
    const { port } = silent.address() as AddressInfo;
    const child = spawn(NODE, [PROGRAM, ...line.split(' ')], {
      cwd: home,
      env: childEnv({ HOME: home, CLERK_SECRET_KEY: 'sk_test_none', CLERK_API_URL: `http://127.0.0.1:${port}/v1` }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    interrupt = () => void child.kill('SIGINT');
    const { code, stdout, stderr } = await ended(child);
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: expect.stringMatching(/^clerk-mcp: [^\n]*\n$/) });
  });
});
