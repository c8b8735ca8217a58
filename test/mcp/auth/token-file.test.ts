import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken, parseTokenFile, sha256, TokenFileError } from '../../../src/mcp/auth/token-file.js';

const HASH = 'a'.repeat(64);
const file = (...tokens: object[]): string => JSON.stringify({ tokens });

describe('parsing the token file', () => {
  it('gives names, hashes, scopes and expiries', () => {
    const text = file(
      { name: 'ada', sha256: HASH.toUpperCase(), role: 'operator', expires: '2030-01-31T00:00:00+01:00' },
      { name: 'bot', sha256: 'b'.repeat(64), scopes: ['clerk:read', 'clerk:credential'] },
    );
    expect(parseTokenFile(text)).toEqual([
      { name: 'ada', sha256: HASH, scopes: ['clerk:read', 'clerk:write'], expiresAt: Date.UTC(2030, 0, 30, 23) },
      { name: 'bot', sha256: 'b'.repeat(64), scopes: ['clerk:read', 'clerk:credential'] },
    ]);
  });

  it.each([
    ['viewer', ['clerk:read']],
    ['operator', ['clerk:read', 'clerk:write']],
    ['admin', ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access']],
  ])('lets a %s do %j', (role, scopes) => {
    expect(parseTokenFile(file({ name: 'x', sha256: HASH, role }))[0]?.scopes).toEqual(scopes);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"tokens": [', /not JSON/],
    ['a list', '[]', /the whole/],
    ['an unknown key', JSON.stringify({ tokens: [], extra: 1 }), /extra/],
    ['an unknown key in an entry', file({ name: 'x', sha256: HASH, role: 'admin', scope: 1 }), /tokens\.0: .*scope/],
    ['a token in place of its hash', file({ name: 'x', sha256: 'cmcp_abc', role: 'admin' }), /tokens\.0\.sha256: .*SHA-256/],
    ['an unknown role', file({ name: 'x', sha256: HASH, role: 'root' }), /tokens\.0\.role/],
    ['an unknown scope', file({ name: 'x', sha256: HASH, scopes: ['clerk:all'] }), /tokens\.0\.scopes\.0/],
    ['neither role nor scopes', file({ name: 'x', sha256: HASH }), /tokens\.0: give either role or scopes/],
    ['both', file({ name: 'x', sha256: HASH, role: 'viewer', scopes: ['clerk:write'] }), /tokens\.0: give either/],
    [
      'a bad expiry',
      file({ name: 'x', sha256: HASH, role: 'viewer', expires: 'tomorrow' }),
      /tokens\.0\.expires: expected a time/,
    ],
    ['a bad name', file({ name: 'x\n', sha256: HASH, role: 'viewer' }), /tokens\.0\.name/],
    [
      'a name twice',
      file({ name: 'x', sha256: HASH, role: 'viewer' }, { name: 'x', sha256: 'b'.repeat(64), role: 'viewer' }),
      /tokens\.1\.name: is there twice/,
    ],
    [
      'a hash twice',
      file({ name: 'x', sha256: HASH, role: 'viewer' }, { name: 'y', sha256: HASH.toUpperCase(), role: 'admin' }),
      /tokens\.1\.sha256: is there twice/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseTokenFile(text)).toThrow(TokenFileError);
    expect(() => parseTokenFile(text)).toThrow(message);
  });

  it('repeats no value of a faulty entry: it may be a token put there by mistake', () => {
    const text = file({
      name: 'x',
      sha256: 'cmcp_oh-no-the-token',
      role: 'cmcp_oh-no-the-token',
      expires: 'cmcp_oh-no-the-token',
    });
    expect(() => parseTokenFile(text)).toThrow(TokenFileError);
    expect(() => parseTokenFile(text)).not.toThrow(/oh-no/);
  });
});

describe('a new token', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'clerk-mcp-tokens-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is written as its hash alone, into a file that only its owner can read', async () => {
    const path = join(dir, 'made.json');
    const token = await newToken({ path, name: 'ada', role: 'viewer', expiresAt: Date.UTC(2031, 5, 1) });
    expect(token).toMatch(/^cmcp_[\w-]{43}$/);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(token.slice(5));
    expect(parseTokenFile(text)).toEqual([
      { name: 'ada', sha256: sha256(token).toString('hex'), scopes: ['clerk:read'], expiresAt: Date.UTC(2031, 5, 1) },
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves the others as they are, and the file no wider open than it should be', async () => {
    const path = join(dir, 'kept.json');
    const first = { name: 'old', sha256: HASH, scopes: ['clerk:destructive'], expires: '2030-01-01T00:00:00Z' };
    await writeFile(path, file(first));
    await chmod(path, 0o644);
    await newToken({ path, name: 'new', role: 'admin' });
    const { tokens } = JSON.parse(await readFile(path, 'utf8')) as { tokens: object[] };
    expect(tokens[0]).toEqual(first);
    expect(tokens).toHaveLength(2);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('goes where a link points, and the link stays', async () => {
    const path = join(dir, 'link.json');
    await writeFile(join(dir, 'target.json'), file());
    await symlink(join(dir, 'target.json'), path);
    await newToken({ path, name: 'x', role: 'viewer' });
    expect(parseTokenFile(await readFile(join(dir, 'target.json'), 'utf8'))).toHaveLength(1);
  });

  it('refuses a name that is taken or malformed, and a faulty file, and changes nothing', async () => {
    const path = join(dir, 'taken.json');
    await newToken({ path, name: 'x', role: 'viewer' });
    const before = await readFile(path, 'utf8');
    await expect(newToken({ path, name: 'x', role: 'admin' })).rejects.toThrow(/already/);
    await expect(newToken({ path, name: 'a b', role: 'admin' })).rejects.toThrow(/A name has/);
    expect(await readFile(path, 'utf8')).toBe(before);
    await writeFile(path, '{"tokens": [1]}');
    await expect(newToken({ path, name: 'y', role: 'admin' })).rejects.toThrow(TokenFileError);
    expect(await readFile(path, 'utf8')).toBe('{"tokens": [1]}');
    await newToken({ path: join(dir, 'other.json'), name: 'y', role: 'admin' });
  });

  it('loses none when several commands run at once', async () => {
    const path = join(dir, 'race.json');
    const made = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => newToken({ path, name: `n${i}`, role: 'viewer' })));
    const fulfilled = made.filter((result) => result.status === 'fulfilled');
    expect(parseTokenFile(await readFile(path, 'utf8'))).toHaveLength(fulfilled.length);
    expect(fulfilled.length).toBeGreaterThan(0);
    for (const result of made) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(TokenFileError);
  });
});
