import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeclaredOperation } from '../../../src/catalog/declaration.js';
import { type Grant, PolicyRefusal } from '../../../src/policy/policy-types.js';
import { SecretsDir, SecretsDirError } from '../../../src/policy/secrets/secrets-dir.js';
import { bench, Clock, call, operations } from '../fixtures.js';

const TOKEN = {
  object: 'sign_in_token',
  id: 'sit_1',
  user_id: 'user_ada',
  token: 'the-secret-itself',
  url: 'https://x.example/?__clerk_ticket=the-secret-itself',
};

let dir: string;
const options = () => ({ now: new Clock().now, randomBytes });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clerk-mcp-secrets-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

describe('SecretsDir', () => {
  it('keeps the whole answer in a new file of mode 0600', async () => {
    const secrets = await SecretsDir.open(dir, options());
    const file = await secrets.reserve(operations.signInToken);
    expect(file.path).toMatch(/\/SignInTokens_create-20260102T030405Z-[0-9a-f]{16}\.json$/);
    await file.store(TOKEN);
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toEqual({
      operation: 'SignInTokens_create',
      time: '2026-01-02T03:04:05.000Z',
      result: TOKEN,
    });
    expect((await stat(file.path)).mode & 0o777).toBe(0o600);
    await file.discard();
    expect(await readdir(dir)).toHaveLength(1);
  });

  it('stores an answer that is larger than the space kept for it', async () => {
    const file = await (await SecretsDir.open(dir, options())).reserve(operations.signInToken);
    const large = { token: 'x'.repeat(200_000) };
    await file.store(large);
    expect(JSON.parse(await readFile(file.path, 'utf8'))).toMatchObject({ result: large });
  });

  it('leaves nothing behind where there was no answer', async () => {
    const file = await (await SecretsDir.open(dir, options())).reserve(operations.signInToken);
    await file.discard();
    await file.discard();
    expect(await readdir(dir)).toEqual([]);
  });

  it('never writes over a file, nor through a link', async () => {
    const fixed = { ...options(), randomBytes: (size: number) => Buffer.alloc(size, 1) };
    const secrets = await SecretsDir.open(dir, fixed);
    const path = join(dir, `SignInTokens_create-20260102T030405Z-${'01'.repeat(8)}.json`);
    await symlink('/dev/null', path);
    await expect(secrets.reserve(operations.signInToken)).rejects.toThrow('EEXIST');
    await rm(path);
    await writeFile(path, 'mine');
    await expect(secrets.reserve(operations.signInToken)).rejects.toThrow('EEXIST');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('refuses a directory that is none, is not there, or is open to others', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await expect(SecretsDir.open(file, options())).rejects.toThrow('is no directory');
    await expect(SecretsDir.open(join(dir, 'nowhere'), options())).rejects.toThrow('mkdir -m 700');
    for (const mode of [0o777, 0o775, 0o755, 0o750, 0o711]) {
      await chmod(dir, mode);
      await expect(SecretsDir.open(dir, options())).rejects.toThrow(`(mode ${mode.toString(8)}). Close it: chmod 700 ${dir}`);
    }
    await chmod(dir, 0o700);
  });

  it('refuses a directory that was swapped for another since the start', async () => {
    const path = join(dir, 'kept');
    await mkdir(path, { mode: 0o700 });
    const secrets = await SecretsDir.open(path, options());
    await rename(path, join(dir, 'moved'));
    await mkdir(path, { mode: 0o700 });
    await expect(secrets.reserve(operations.signInToken)).rejects.toThrow(SecretsDirError);
    await rm(path, { recursive: true });
    await symlink(join(dir, 'moved'), path);
    await expect(secrets.reserve(operations.signInToken)).rejects.toThrow(SecretsDirError);
  });

  it('says when the file was taken away before the answer came, and lets go of it', async () => {
    const file = await (await SecretsDir.open(dir, options())).reserve(operations.signInToken);
    await rm(file.path);
    await expect(file.store(TOKEN)).rejects.toThrow('ENOENT');
    await expect(file.store(TOKEN)).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('a policy with a directory for secrets', () => {
  const user = { user_id: 'user_ada' };

  async function granted(secrets: SecretsDir, operation: DeclaredOperation = operations.signInToken) {
    const it = bench({ confirm: 'flag', secrets });
    const decision = await it.policy.decide(
      call(operation, operation === operations.rotate ? { id: 'oa_1' } : user, { confirm: true }),
    );
    if (decision.kind !== 'allow') throw new Error('refused');
    return { ...it, grant: decision.grant as Grant };
  }

  it.each([operations.signInToken, operations.rotate])('takes the secret out of the answer of $name', async (operation) => {
    const { policy, grant } = await granted(await SecretsDir.open(dir, options()), operation);
    const recorded = await policy.begin(grant);
    expect(await readdir(dir)).toHaveLength(1);
    const answer = { id: 'x_1', token: 'the-secret-itself', client_secret: 'the-secret-itself' };
    const { shown, secretFile } = await recorded.deliver(answer);
    await recorded.end({ status: 200 });
    expect(shown(answer)).toEqual({ id: 'x_1', token: '[in secret_file]', client_secret: '[in secret_file]' });
    const [name = ''] = await readdir(dir);
    expect(secretFile).toBe(join(dir, name));
    expect(await readFile(join(dir, name), 'utf8')).toContain('the-secret-itself');
  });

  it('removes the file when the call fails', async () => {
    const { policy, grant } = await granted(await SecretsDir.open(dir, options()));
    const recorded = await policy.begin(grant);
    await recorded.end({ status: 422, code: 'form_param_missing' });
    expect(await readdir(dir)).toEqual([]);
  });

  it('sends nothing where no file can be made', async () => {
    const secrets = await SecretsDir.open(dir, options());
    const { policy, grant, warnings } = await granted(secrets);
    await rm(dir, { recursive: true });
    await expect(policy.begin(grant)).rejects.toMatchObject({
      code: 'secrets_unavailable',
      model: { operation: 'SignInTokens_create' },
    });
    expect(warnings).toHaveLength(1);
  });

  it('tells the model when Clerk acted and the secret could not be kept', async () => {
    const { policy, grant } = await granted(await SecretsDir.open(dir, options()));
    const recorded = await policy.begin(grant);
    await rm(dir, { recursive: true });
    const failing = recorded.deliver(TOKEN);
    await expect(failing).rejects.toBeInstanceOf(PolicyRefusal);
    await expect(failing).rejects.toMatchObject({ code: 'secret_not_stored' });
    await recorded.end({ code: 'secret_not_stored' });
  });

  it.each([
    [
      'an answer of a form that nobody knows, by its name alone',
      { object: 'x', id: 'x_1', payload: 'who knows' },
      { object: 'x', id: 'x_1' },
    ],
    ['a list', [{ token: 'a', provider: 'google' }], [{ token: '[in secret_file]', provider: 'google' }]],
    ['a text', 'plain text', {}],
  ])('shows %s', async (_, answer, rest) => {
    const { policy, grant } = await granted(await SecretsDir.open(dir, options()));
    const recorded = await policy.begin(grant);
    const { shown } = await recorded.deliver(answer);
    expect(shown(answer)).toEqual(rest);
    await recorded.end({ status: 200 });
    expect(await readdir(dir)).toHaveLength(1);
  });

  it('shows an answer whole that turns out to hold no secret, and keeps no file', async () => {
    const { policy, grant } = await granted(await SecretsDir.open(dir, options()));
    const recorded = await policy.begin(grant);
    const session = { object: 'session', id: 'sess_1', status: 'active' };
    expect((await recorded.deliver(session)).shown(session)).toBe(session);
    await recorded.end({ status: 200 });
    expect(await readdir(dir)).toEqual([]);
  });

  it('makes no file for other answers, and takes their secrets out all the same', async () => {
    const { policy } = bench({ confirm: 'flag', secrets: await SecretsDir.open(dir, options()) });
    const decision = await policy.decide(call(operations.getUser, user));
    if (decision.kind !== 'allow') throw new Error('refused');
    const recorded = await policy.begin(decision.grant);
    const { shown, secretFile } = await recorded.deliver({ token: 'x' });
    expect([shown({ token: 'x' }), secretFile]).toEqual([{ token: '[secret]' }, undefined]);
    await recorded.end({});
    expect(await readdir(dir)).toEqual([]);
  });
});
