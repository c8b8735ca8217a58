import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Arguments } from '../../src/catalog/operation-types.js';
import { ImageError } from '../../src/clerk/errors.js';
import { MOST_IMAGE_BYTES, readImage } from '../../src/clerk/image.js';
import { RecordingServer } from '../support/recording-server.js';
import { PNG } from '../support/sample-arguments.js';
import { catalog, failureOf, newClient } from './support.js';

/** One gray pixel. */
const JPEG = Buffer.from(
  `ffd8ffe000104a46494600010100000100010000ffdb004300${'08'.repeat(64)}ffc0000b080001000101011100ffc40014000100000000000000000000000000000008ffc40014100100000000000000000000000000000000ffda0008010100003f0054dfffd9`,
  'hex',
);

const SAMPLES: [string, Buffer][] = [
  ['image/png', PNG],
  ['image/jpeg', JPEG],
  ['image/gif', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')],
  ['image/webp', Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64')],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clerk-image-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (args: Arguments, allowLocalFiles = true, filesDir?: string) =>
  readImage('Users_setProfileImage', args, { allowLocalFiles, filesDir });
async function refusal(args: Arguments, allowLocalFiles = true): Promise<string> {
  const error = await failureOf(read(args, allowLocalFiles));
  expect(error).toBeInstanceOf(ImageError);
  expect(error).toMatchObject({ code: 'bad_image', mayHaveHappened: false });
  expect(error.toModel()).toMatchObject({ error: 'bad_image', hint: expect.stringContaining('Nothing was sent') });
  return error.message;
}
async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('an image as base64', () => {
  it.each(SAMPLES)('%s is known by its content', async (mediaType, bytes) => {
    const image = await read({ file_base64: bytes.toString('base64'), media_type: mediaType }, false);
    expect([image.mediaType, Buffer.from(image.bytes).equals(bytes)]).toEqual([mediaType, true]);
  });

  it('is refused when it is declared as another type', async () => {
    expect(await refusal({ file_base64: PNG.toString('base64'), media_type: 'image/jpeg' })).toMatch(/which is image\/png/);
  });

  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['PDF', '%PDF-1.7\n'],
    ['BMP', 'BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0'],
  ])('is refused when it is %s', async (_, content) => {
    const args = { file_base64: Buffer.from(content, 'latin1').toString('base64'), media_type: 'image/png' };
    expect(await refusal(args)).toMatch(/not a whole PNG, JPEG, GIF or WebP/);
  });

  it.each([
    ['line breaks', `${PNG.toString('base64').slice(0, 40)}\n${PNG.toString('base64').slice(40)}`],
    ['a data URL', `data:image/png;base64,${PNG.toString('base64')}`],
    ['no padding', PNG.toString('base64').replace(/=+$/, '')],
    ['the URL alphabet', '_-__'],
    ['other signs', 'a*b!'],
  ])('is refused with %s', async (_, file_base64) => {
    expect(await refusal({ file_base64, media_type: 'image/png' })).toMatch(/no base64|not base64/);
  });

  it('is refused over 10 MB, and taken at 10 MB', async () => {
    const most = Buffer.concat([PNG, Buffer.alloc(MOST_IMAGE_BYTES - PNG.length)]);
    expect((await read({ file_base64: most.toString('base64') })).bytes).toHaveLength(MOST_IMAGE_BYTES);
    for (const over of [1, 4_000]) {
      const base64 = Buffer.concat([most, Buffer.alloc(over)]).toString('base64');
      expect(await refusal({ file_base64: base64 })).toMatch(/larger than 10 MB/);
    }
  });

  it('is refused when there is none', async () => {
    for (const args of [{}, { file_base64: '' }, { file_base64: 7 }]) expect(await refusal(args)).toMatch(/No image/);
  });
});

describe('an image on the local disk', () => {
  it('is read, whatever its name', async () => {
    expect(await read({ file_path: await file('picture.txt', PNG) })).toMatchObject({ mediaType: 'image/png' });
  });

  it('is refused to remote callers, whether it is there or not', async () => {
    const there = await refusal({ file_path: await file('there.png', PNG) }, false);
    expect(there).toBe(await refusal({ file_path: join(folder, 'nowhere.png') }, false));
  });

  it('is refused when it is no regular file, without waiting for one', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(folder, 'fifo')]);
    await symlink('/dev/zero', join(folder, 'zero.png'));
    for (const name of ['fifo', 'zero.png', '.'])
      expect(await refusal({ file_path: join(folder, name) })).toMatch(/not a regular file/);
  });

  it('is refused by its size before it is read', async () => {
    const path = await file('huge.png', PNG);
    await truncate(path, 1024 ** 4);
    expect(await refusal({ file_path: path })).toMatch(/larger than 10 MB/);
  });

  it.each(['', 'a\0b', join(tmpdir(), 'no', 'such', 'file.png')])('is refused at %j', async (file_path) => {
    expect(await refusal({ file_path })).toMatch(/file_path/);
  });

  it.each(SAMPLES)('is read where it is a whole %s', async (mediaType, bytes) => {
    expect(await read({ file_path: await file('whole', bytes) })).toMatchObject({ mediaType });
  });

  it.each(SAMPLES)('is refused where it only begins as %s does, or goes on with something else', async (_, bytes) => {
    const secret = Buffer.from('\nPASSWORD=hunter2\n');
    const changed = [
      ...Array.from({ length: bytes.length }, (_each, length) => bytes.subarray(0, length)),
      Buffer.concat([bytes, secret]),
      Buffer.concat([bytes.subarray(0, 12), secret]),
      Buffer.concat([bytes.subarray(0, bytes.length / 2), secret, bytes.subarray(bytes.length / 2)]),
    ];
    for (const content of changed) {
      expect(await refusal({ file_path: await file('part', content) })).toMatch(/not a whole PNG/);
    }
  });

  it.each(['GIF89a = 1\nPASSWORD=hunter2\n', 'GIF87a', 'RIFF....WEBPVP8 hunter2', '\x89PNG\r\n\x1a\nhunter2'])(
    'is refused where it is text that begins as an image does: %j',
    async (text) => {
      const path = await file('begins', Buffer.from(text, 'latin1'));
      expect(await refusal({ file_path: path })).toMatch(/not a whole PNG/);
    },
  );

  it('is taken below a folder only, also through links and by the way up', async () => {
    const inner = join(folder, 'inner');
    await mkdir(inner);
    const outside = await file('outside.png', PNG);
    await writeFile(join(inner, 'there.png'), PNG);
    await symlink(outside, join(inner, 'link.png'));
    await symlink(join(inner, 'there.png'), join(inner, 'near.png'));
    const at = (file_path: string) => read({ file_path }, true, inner);
    for (const path of ['there.png', './there.png', join(inner, 'there.png'), 'near.png', '../inner/there.png']) {
      expect(await at(path)).toMatchObject({ mediaType: 'image/png' });
    }
    for (const path of ['../outside.png', outside, 'link.png', `${inner}/../outside.png`, '/etc/passwd', '/nowhere', '~/x.png']) {
      const error = await failureOf(at(path));
      expect(error.message).toMatch(path.startsWith('~') ? /cannot be read/ : /not below the folder/);
    }
    expect((await failureOf(read({ file_path: outside }, true, '/'))).message).toMatch(/not below the folder/);
  });

  it('tells nothing of a file that is no image', async () => {
    const path = await file('secrets.env', 'PASSWORD=hunter2');
    const error = await failureOf(read({ file_path: path }));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/hunter2|PASSWORD/);
  });
});

describe('a call with an image', () => {
  it('that is refused sends nothing', async () => {
    const server = await RecordingServer.start();
    const client = newClient(server.origin);
    const error = await failureOf(
      client.send(catalog.get('Users_setProfileImage'), { user_id: 'user_1', file_path: join(folder, 'x') }),
    );
    expect(error).toBeInstanceOf(ImageError);
    expect(server.requests).toHaveLength(0);
    await client.close();
    await server.stop();
  });

  it('from the disk goes out under a neutral name', async () => {
    const server = await RecordingServer.start();
    const client = newClient(server.origin, { allowLocalFiles: true });
    const file_path = await file('my-secret-holiday.png', PNG);
    await client.send(catalog.get('Users_setProfileImage'), { user_id: 'user_1', file_path });
    const sent = server.requests[0]?.body.toString('latin1') ?? '';
    expect(sent).toContain('filename="image.png"');
    expect(sent).not.toContain('holiday');
    await client.close();
    await server.stop();
  });
});
