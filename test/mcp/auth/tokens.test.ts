import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../../../src/limits/memory.js';
import type { RevocationStore } from '../../../src/limits/shared-store.js';
import { StoreUnavailableError } from '../../../src/limits/store-unavailable.js';
import type { Authentication } from '../../../src/mcp/auth/authenticator.js';
import { newToken, sha256, TokenFileError } from '../../../src/mcp/auth/token-file.js';
import { TokenAuthentication } from '../../../src/mcp/auth/tokens.js';

const entry = (token: string, name = token, more: object = { role: 'viewer' }): object => ({
  name,
  sha256: sha256(token).toString('hex'),
  ...more,
});

describe('authentication by tokens', () => {
  let dir: string;
  let path: string;
  let now = Date.UTC(2026, 0, 1);
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const opened: TokenAuthentication[] = [];

  const write = async (...tokens: object[]): Promise<void> => {
    await writeFile(`${path}.draft`, JSON.stringify({ tokens }));
    await rename(`${path}.draft`, path);
    now += 1000;
  };
  const open = async (revocations?: RevocationStore): Promise<TokenAuthentication> => {
    const authentication = await TokenAuthentication.open({ path, logger, revocations, now: () => now });
    opened.push(authentication);
    return authentication;
  };
  const show = (authentication: TokenAuthentication, header?: string): Promise<Authentication> =>
    authentication.authenticate({ headers: new Headers(header === undefined ? {} : { authorization: header }) });
  const caller = async (authentication: TokenAuthentication, token: string) => {
    const result = await show(authentication, `Bearer ${token}`);
    if (!result.ok) throw new Error(`${token} was refused: ${JSON.stringify(result.refusal.body)}`);
    return result.caller;
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'clerk-mcp-tokens-'));
    path = join(dir, 'tokens.json');
    vi.clearAllMocks();
  });
  afterEach(async () => {
    for (const authentication of opened.splice(0)) authentication.close();
    await rm(dir, { recursive: true });
  });

  it('lets in whoever shows a token of the file, with name, scopes and expiry', async () => {
    await write(entry('one'), entry('two', 'ada', { role: 'admin', expires: '2026-06-01T00:00:00Z' }), entry('three'));
    const found = await caller(await open(), 'two');
    expect(found).toMatchObject({ name: 'ada', expiresAt: Date.UTC(2026, 5, 1) });
    expect(found.scopes).toEqual(['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access']);
  });

  it.each([
    ['no header', undefined, 'missing'],
    ['an empty header', '', 'missing'],
    ['another scheme', 'Basic b25lOm9uZQ==', 'invalid'],
    ['no token', 'Bearer ', 'invalid'],
    ['a bare token', 'one', 'invalid'],
    ['two tokens', 'Bearer one two', 'invalid'],
    ['two headers joined', 'Bearer wrong, Bearer one', 'invalid'],
    ['a wrong token', 'Bearer wrong', 'invalid'],
    ['the beginning of the token', 'Bearer on', 'invalid'],
    ['another case', 'Bearer ONE', 'invalid'],
    ['the hash', `Bearer ${sha256('one').toString('hex')}`, 'invalid'],
    ['a token without end', `Bearer ${'x'.repeat(100_000)}`, 'invalid'],
  ])('refuses %s', async (_, header, why) => {
    await write(entry('one'));
    const result = await show(await open(), header);
    expect(result).toMatchObject({ ok: false, why, refusal: { status: 401 } });
    if (result.ok) return;
    expect(result.refusal.headers['WWW-Authenticate']).toMatch(why === 'missing' ? /^Bearer$/ : /^Bearer error="invalid_token"/);
    expect(JSON.stringify(result.refusal)).not.toContain('wrong');
  });

  it('takes the scheme in any case', async () => {
    await write(entry('one'));
    expect((await show(await open(), 'bEARER one')).ok).toBe(true);
  });

  it('refuses a token from the moment it expires, and ends what it opened', async () => {
    await write(entry('one', 'one', { role: 'viewer', expires: new Date(now + 5000).toISOString() }));
    const authentication = await open();
    const { withdrawn } = await caller(authentication, 'one');
    now += 3999;
    expect((await show(authentication, 'Bearer one')).ok).toBe(true);
    now += 1001;
    expect((await show(authentication, 'Bearer one')).ok).toBe(false);
    expect(withdrawn?.aborted).toBe(true);
  });

  it('reads the file again when it changes: new ones come in, removed ones end', async () => {
    await write(entry('one'), entry('two'));
    const authentication = await open();
    const [one, two] = [await caller(authentication, 'one'), await caller(authentication, 'two')];
    await write(entry('two'), entry('three'));
    expect((await show(authentication, 'Bearer one')).ok).toBe(false);
    expect(one.withdrawn?.aborted).toBe(true);
    expect(two.withdrawn?.aborted).toBe(false);
    expect((await caller(authentication, 'three')).name).toBe('three');
  });

  it('ends what was opened when a token keeps its place but may do less', async () => {
    await write(entry('one', 'one', { role: 'admin' }));
    const authentication = await open();
    const before = await caller(authentication, 'one');
    await write(entry('one', 'one', { role: 'viewer' }));
    expect((await caller(authentication, 'one')).scopes).toEqual(['clerk:read']);
    expect(before.withdrawn?.aborted).toBe(true);
  });

  it('keeps what was opened when a token may do more, and tells it, each time and until nobody listens', async () => {
    await write(entry('one'), entry('two'));
    const authentication = await open();
    const [one, two] = [await caller(authentication, 'one'), await caller(authentication, 'two')];
    const told = { one: vi.fn(), later: vi.fn(), two: vi.fn() };
    one.onWidened?.(told.one);
    two.onWidened?.(told.two);
    await write(entry('one', 'one', { role: 'operator' }), entry('two'));
    const wider = await caller(authentication, 'one');
    expect(wider.scopes).toEqual(['clerk:read', 'clerk:write']);
    expect(told.one).toHaveBeenCalledTimes(1);

    const stop = wider.onWidened?.(told.later);
    await write(entry('one', 'one', { role: 'admin' }), entry('two'));
    expect((await caller(authentication, 'one')).scopes).toHaveLength(5);
    expect([told.one, told.later].map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
    expect(one.withdrawn?.aborted).toBe(false);

    stop?.();
    await write(entry('one', 'one', { role: 'viewer' }), entry('two'));
    expect((await caller(authentication, 'one')).scopes).toEqual(['clerk:read']);
    expect([one, wider].map(({ withdrawn }) => withdrawn?.aborted)).toEqual([true, true]);
    expect([told.one, told.later].map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
    expect(told.two).not.toHaveBeenCalled();
    expect(two.withdrawn?.aborted).toBe(false);
  });

  it.each([
    ['the same in another order', { scopes: ['clerk:write', 'clerk:read'] }, false],
    ['the same by the name of a role', { role: 'operator' }, false],
    ['one thing instead of another', { scopes: ['clerk:read', 'clerk:destructive', 'clerk:credential'] }, true],
    ['more, but not for as long', { role: 'admin', expires: '2027-01-01T00:00:00Z' }, true],
  ])('tells nothing when a token may do %s', async (_, more, isEnded) => {
    await write(entry('one', 'one', { scopes: ['clerk:read', 'clerk:write'] }));
    const authentication = await open();
    const { onWidened, withdrawn } = await caller(authentication, 'one');
    const told = vi.fn();
    onWidened?.(told);
    await write(entry('one', 'one', more));
    await caller(authentication, 'one');
    expect(told).not.toHaveBeenCalled();
    expect(withdrawn?.aborted).toBe(isEnded);
  });

  it('notices a removal without any request', async () => {
    await write(entry('one'));
    const authentication = await open();
    const { withdrawn } = await caller(authentication, 'one');
    await write();
    await vi.waitFor(() => expect(withdrawn?.aborted).toBe(true), { timeout: 10_000 });
    expect((await show(authentication, 'Bearer one')).ok).toBe(false);
  });

  it('sees a token that was made while it runs', async () => {
    const first = await newToken({ path, name: 'first', role: 'viewer' });
    const authentication = await open();
    const second = await newToken({ path, name: 'second', role: 'operator' });
    await authentication.reload();
    expect((await caller(authentication, first)).name).toBe('first');
    expect((await caller(authentication, second)).name).toBe('second');
  });

  it.each([
    ['is broken', () => writeFile(path, '{"tokens": [')],
    ['holds a fault', () => writeFile(path, JSON.stringify({ tokens: [entry('gone'), { name: 'x' }] }))],
    ['is gone', () => rm(path)],
  ])('keeps the last good version when the new one %s, and says so once', async (_, spoil) => {
    await write(entry('one'), entry('gone'));
    const authentication = await open();
    await write(entry('one'));
    expect((await show(authentication, 'Bearer gone')).ok).toBe(false);
    await spoil();
    for (let i = 0; i < 3; i++) {
      now += 1000;
      expect((await show(authentication, 'Bearer one')).ok).toBe(true);
      expect((await show(authentication, 'Bearer gone')).ok).toBe(false);
    }
    expect(logger.error).toHaveBeenCalledTimes(1);
    await write(entry('two'));
    expect((await show(authentication, 'Bearer two')).ok).toBe(true);
    expect((await show(authentication, 'Bearer one')).ok).toBe(false);
  });

  it('does not start on a file that is faulty or not there', async () => {
    await expect(open()).rejects.toThrow(TokenFileError);
    await writeFile(path, 'nonsense');
    await expect(open()).rejects.toThrow(/not JSON/);
  });

  it('tells the other processes of a removal, though their copy of the file still has the token', async () => {
    const store = new MemoryStore();
    await write(entry('one'), entry('two'));
    const here = await open(store);
    const copy = join(dir, 'copy.json');
    await writeFile(copy, JSON.stringify({ tokens: [entry('one'), entry('two')] }));
    const there = await TokenAuthentication.open({ path: copy, logger, revocations: store, now: () => now });
    opened.push(there);
    const { withdrawn } = await caller(there, 'one');

    await write(entry('two'));
    await here.reload();
    await there.reload();
    expect((await show(there, 'Bearer one')).ok).toBe(false);
    expect(withdrawn?.aborted).toBe(true);
    expect((await show(there, 'Bearer two')).ok).toBe(true);

    await write(entry('one'), entry('two'));
    await here.reload();
    await there.reload();
    expect((await caller(there, 'one')).withdrawn?.aborted).toBe(false);
    expect((await caller(here, 'one')).withdrawn?.aborted).toBe(false);
  });

  it('goes on without the store, and tells it of removals once it is back', async () => {
    const store = new MemoryStore();
    let away = true;
    const guard = <T>(ask: () => Promise<T>): Promise<T> => (away ? Promise.reject(new StoreUnavailableError('test')) : ask());
    const revocations: RevocationStore = {
      revoke: (id, ttl) => guard(() => store.revoke(id, ttl)),
      restore: (id) => guard(() => store.restore(id)),
      revoked: () => guard(() => store.revoked()),
    };
    await write(entry('one'), entry('two'));
    const tried = vi.spyOn(revocations, 'revoke');
    const authentication = await open(revocations);
    await write(entry('two'));
    await authentication.reload();
    expect((await show(authentication, 'Bearer one')).ok).toBe(false);
    expect((await show(authentication, 'Bearer two')).ok).toBe(true);
    expect(tried).toHaveBeenCalled();
    away = false;
    await authentication.reload();
    expect([...(await store.revoked())]).toEqual([`token:${sha256('one').toString('hex')}`]);
  });

  it('logs no token and no hash', async () => {
    await write(entry('one'));
    const authentication = await open();
    await show(authentication, 'Bearer cmcp_never-log-me');
    await writeFile(path, 'cmcp_never-log-me');
    now += 1000;
    await show(authentication, 'Bearer one');
    const said = JSON.stringify([logger.info.mock.calls, logger.warn.mock.calls, logger.error.mock.calls]);
    expect(logger.error).toHaveBeenCalled();
    expect(said).not.toContain('never-log-me');
    expect(said).not.toContain(sha256('one').toString('hex'));
  });
});
