import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startHttp, stopAll } from '../support/http-program.js';
import { modernCall } from '../support/raw-http.js';
import { modelOf, RawProgram } from '../support/raw-program.js';
import { RecordingServer } from '../support/recording-server.js';
import { PNG } from '../support/sample-arguments.js';
import { scratchDirectory } from '../support/scratch.js';

const root = await scratchDirectory();
const working = join(root, 'working');
const given = join(root, 'given');
const elsewhere = join(root, 'elsewhere');
const SECRET = 'PASSWORD=hunter2';

let upstream: RecordingServer;
const started: RawProgram[] = [];
let inWorking: RawProgram;
let inGiven: RawProgram;
let id = 0;

/** The program over stdio in the working folder. */
async function start(...args: string[]): Promise<RawProgram> {
  const env = { CLERK_SECRET_KEY: 'sk_test_files', CLERK_API_URL: `${upstream.origin}/v1` };
  const program = new RawProgram(args, env, { limit: `cd '${working}'` });
  started.push(program);
  await program.handshake();
  return program;
}

beforeAll(async () => {
  upstream = await RecordingServer.start();
  for (const folder of [working, given, elsewhere]) await mkdir(folder);
  for (const folder of [working, given, elsewhere]) await writeFile(join(folder, 'whole.png'), PNG);
  await mkdir(join(working, 'below'));
  await writeFile(join(working, 'below', 'whole.png'), PNG);
  await writeFile(join(working, 'gif.txt'), `GIF89a ${SECRET}`);
  await writeFile(join(working, 'cut.png'), PNG.subarray(0, PNG.length - 1));
  await writeFile(join(working, 'longer.png'), Buffer.concat([PNG, Buffer.from(`\n${SECRET}\n`)]));
  await writeFile(join(working, 'within.png'), Buffer.concat([PNG.subarray(0, 33), Buffer.from(SECRET), PNG.subarray(33)]));
  await writeFile(join(working, 'script.png'), `<svg>${SECRET}</svg>`);
  await writeFile(join(working, 'empty.png'), '');
  await writeFile(join(working, 'huge.png'), PNG);
  await truncate(join(working, 'huge.png'), 1024 ** 4);
  execFileSync('mkfifo', [join(working, 'fifo.png')]);
  await symlink('/dev/zero', join(working, 'device.png'));
  await symlink(join(elsewhere, 'whole.png'), join(working, 'link.png'));
  await symlink(elsewhere, join(working, 'linked'));
  await symlink(join(working, 'whole.png'), join(working, 'own-link.png'));
  inWorking = await start();
  inGiven = await start('--files-dir', given);
});

afterAll(async () => {
  for (const program of started) program.child.kill('SIGKILL');
  await stopAll();
  await upstream.stop();
});

beforeEach(() => upstream.reset());

async function send(program: RawProgram, file_path: string): Promise<Record<string, unknown>> {
  const answered = program.answer(++id);
  program.call(id, 'Users_setProfileImage', { user_id: 'user_1', file_path });
  return modelOf(await answered);
}

/** Images that went out, and nothing else did. */
const sent = (): string[] =>
  upstream.requests.map(({ method, url, body }) => `${method} ${url} ${body.includes(PNG) ? 'PNG' : '?'}`);
const WENT_OUT = ['POST /v1/users/user_1/profile_image PNG'];

describe('file_path over stdio takes an image', () => {
  it.each(['whole.png', 'below/whole.png', 'below/../whole.png', 'own-link.png', join(working, 'whole.png')])(
    'below the working folder: %s',
    async (path) => {
      expect(await send(inWorking, path)).not.toHaveProperty('error');
      expect(sent()).toEqual(WENT_OUT);
    },
  );

  it.each(['whole.png', join(given, 'whole.png')])('below --files-dir: %s', async (path) => {
    expect(await send(inGiven, path)).not.toHaveProperty('error');
    expect(sent()).toEqual(WENT_OUT);
  });
});

describe('file_path refuses, and sends nothing of', () => {
  it.each([
    ['a text that begins as a GIF does', 'gif.txt', /not a whole PNG/],
    ['an image that is cut off', 'cut.png', /not a whole PNG/],
    ['an image with something after it', 'longer.png', /not a whole PNG/],
    ['an image with something in it', 'within.png', /not a whole PNG/],
    ['a drawing that is a script', 'script.png', /not a whole PNG/],
    ['an empty file', 'empty.png', /not a whole PNG/],
    ['a file of a terabyte', 'huge.png', /larger than 10 MB/],
    ['a named pipe, without waiting for it', 'fifo.png', /not a regular file/],
    ['a folder', 'below', /not a regular file/],
    ['a link to a device', 'device.png', /not below the folder/],
    ['a link to a file elsewhere', 'link.png', /not below the folder/],
    ['a file behind a link to a folder elsewhere', 'linked/whole.png', /not below the folder/],
    ['a file elsewhere', join(elsewhere, 'whole.png'), /not below the folder/],
    ['a file above', '../elsewhere/whole.png', /not below the folder/],
    ['a system file', '/etc/passwd', /not below the folder/],
    ['the home folder', '~/.ssh/id_rsa', /file_path/],
    ['nothing', '', /empty|No image/],
  ])('%s', async (_, path, message) => {
    const model = await send(inWorking, path);
    expect(model).toMatchObject({ error: 'bad_image', message: expect.stringMatching(message) });
    expect(JSON.stringify(model)).not.toMatch(/hunter2|root:/);
    expect(upstream.requests).toEqual([]);
  });

  it('a file elsewhere, of which it is not told whether it is there', async () => {
    const there = await send(inWorking, join(elsewhere, 'whole.png'));
    expect(await send(inWorking, join(elsewhere, 'nothing.png'))).toEqual(there);
  });

  it('a file of the working folder where --files-dir names another', async () => {
    expect(await send(inGiven, join(working, 'whole.png'))).toMatchObject({ error: 'bad_image' });
    expect(upstream.requests).toEqual([]);
  });

  it('any file over HTTP, whether it is there or not', async () => {
    const env = { CLERK_SECRET_KEY: 'sk_test_files', CLERK_API_URL: `${upstream.origin}/v1` };
    const server = await startHttp({ args: ['--files-dir', given], env });
    const refusals = [];
    for (const file_path of [join(given, 'whole.png'), join(given, 'nothing.png')]) {
      const { text } = await modernCall(server.url, 'Users_setProfileImage', { user_id: 'user_1', file_path });
      expect(text).toContain('not available to remote callers');
      refusals.push(text);
    }
    expect(refusals[0]).toBe(refusals[1]);
    expect(upstream.requests).toEqual([]);
  });
});
