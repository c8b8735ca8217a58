import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadAllInstances, loadNamedInstance } from '../../src/config/instances.js';
import { readInstances } from '../../src/config/instances-file.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const scratch = await scratchDirectory();
const KEY = 'sk_test_neverToBeSeen';
const LIVE = 'sk_live_neverToBeSeen';

/** What a file with this below `instances` is refused for. */
const faultsIn = (instances: string): string[] => {
  try {
    readInstances('/etc/instances.yml', `instances:\n${instances.replace(/^/gm, '  ')}\n`);
    return [];
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
};

const file = (instances: object): Promise<string> => scratchFile(scratch, { instances });

describe('the file of instances', () => {
  it('is there as an example, whose paths begin at its folder', async () => {
    const path = fileURLToPath(new URL('../../examples/instances.yml', import.meta.url));
    const { readFile } = await import('node:fs/promises');
    const entries = readInstances(path, await readFile(path, 'utf8'));
    expect(entries.map(({ name, kind, key }) => [name, kind, key])).toEqual([
      ['shop', 'live', { file: join(path, '..', 'shop.key') }],
      ['staging', 'test', { variable: 'CLERK_STAGING_SECRET_KEY' }],
      ['playground', 'sandbox', undefined],
    ]);
    expect(entries[0]?.settings.policy).toBe(join(path, '..', 'policy.example.json'));
    expect(loadNamedInstance({ instances: path, instance: 'playground' }, {})).toMatchObject({
      name: 'playground',
      instanceKind: 'sandbox',
      values: { seed: join(path, '..', 'sandbox.seed.example.json') },
    });
  });

  it.each([
    ['shop: { kind: prod, secret_key_env: K }', /^instances\.shop\.kind: "prod" is unknown\. Did you mean production\?$/],
    ['shop: { kind: production }', /^instances\.shop: expected either secret_key_file or secret_key_env/],
    ['shop: { kind: production, secret_key_env: K, secret_key_file: k }', /expected either/],
    ['shop: { kind: production, secret_key_env: "a b" }', /^instances\.shop\.secret_key_env: expected the name of a variable/],
    ['shop: { kind: production, secret_key_env: CLERK_MCP_KEY }', /settings of this program/],
    ['shop: { kind: production, secret_key_env: K, seed: demo }', /^instances\.shop\.seed: fills a sandbox/],
    ['shop: { kind: production, secret_key_env: K, api_url: "http://a.example" }', /^instances\.shop\.api_url must be https/],
    ['shop: { kind: production, secret_key_env: K, confirm: maybe }', /^instances\.shop\.confirm: "maybe" is unknown/],
    ['shop: { kind: production, secret_key_env: K, clerk_limit: 1 }', /^instances\.shop\.clerk_limit: /],
    ['shop: { kind: production, secret_key_env: K, polcy: p.json }', /unknown key "polcy"\. Did you mean policy\?/],
    ['play: { kind: sandbox, secret_key_env: K }', /^instances\.play\.secret_key_env: a sandbox .* Leave it out\.$/],
    ['play: { kind: sandbox, api_url: "https://a.example" }', /a sandbox/],
    ['Play: { kind: sandbox }', /^the name "Play" cannot be used: expected 1-32 of a-z/],
    ['"../x": { kind: sandbox }', /^the name "\.\.\/x" cannot be used/],
    ['-x: { kind: sandbox }', /cannot be used/],
    [`${'x'.repeat(33)}: { kind: sandbox }`, /cannot be used/],
    ['play: { kind: sandbox }\nplay: { kind: sandbox }', /^a key is there twice \(line 3, column \d+\)\.$/],
    ['play: sandbox', /^instances\.play: /],
    ['a: { kind: sandbox, audience: x }\nb: { kind: sandbox, audience: [x] }', /^instances\.b\.audience: "x" is that of a, too/],
    ['{', /^no valid YAML or JSON/],
  ])('is refused with one clear sentence for %s', (instances, said) => {
    const faults = faultsIn(instances);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(said);
    expect(faults[0]).toMatch(/[.?]$/);
  });

  it('tells every fault at once, and never shows a key that stands in it', () => {
    const faults = faultsIn(`a: { kind: production, secret_key: ${LIVE} }
b: { kind: production, secret_key_env: ${LIVE} }
c: { kind: production, secret_key_file: ${LIVE} }
D: { kind: sandbox }`);
    expect(faults).toEqual([
      expect.stringMatching(/^instances\.a: unknown key "secret_key"\. Keys do not belong in this file/),
      expect.stringMatching(/^instances\.b\.secret_key_env: holds a key itself/),
      expect.stringMatching(/^instances\.c\.secret_key_file: holds a key itself/),
      expect.stringMatching(/^the name "D"/),
    ]);
    expect(faults.join()).not.toContain('neverToBeSeen');
  });

  it.each([
    ['', /expected instances:/],
    ['instances: {}', /names none/],
    ['instances: []', /expected instances:/],
    ['instances: { a: { kind: sandbox } }\nother: 1', /unknown key "other"\. Known: instances\./],
  ])('is refused where it is %j', (text, said) => {
    expect(() => readInstances('instances.yml', text)).toThrow(said);
  });
});

describe('the keys of instances', () => {
  const one = (kind: string, more: object = {}) => ({ kind, secret_key_env: 'K', ...more });
  const load = async (instances: object, env: Record<string, string>) =>
    loadAllInstances({ instances: await file(instances) }, env);

  it.each([
    [
      'a production key in development',
      { a: one('development') },
      { K: LIVE },
      /a: is said to be development, but its key is that of a production/,
    ],
    [
      'a development key in production',
      { a: one('production') },
      { K: KEY },
      /a: is said to be production, but its key is that of a development/,
    ],
    ["a machine's key in development", { a: one('development') }, { K: 'ak_neverToBeSeen' }, /a: .*machine's \(ak_\)/],
    ['a variable that is not set', { a: one('production') }, {}, /a: The variable K \(secret_key_env\) is not set/],
    ['what is no key', { a: one('production') }, { K: 'pk_live_neverToBeSeen' }, /a: K holds a publishable key/],
    ['a file that is not there', { a: { kind: 'production', secret_key_file: 'none' } }, {}, /a: secret_key_file cannot be read/],
    ['the same key twice', { a: one('production'), b: one('production') }, { K: LIVE }, /b: has the same key as a/],
  ])('are refused with %s', async (_, instances, env, said) => {
    const error = await load(instances, env).catch((thrown: Error) => thrown);
    expect(String(error)).toMatch(said);
    expect(String(error)).not.toContain('neverToBeSeen');
  });

  it('are told of together', async () => {
    const error = await load({ a: one('development'), b: one('production', { secret_key_env: 'M' }) }, { K: LIVE }).catch(
      (thrown: Error) => thrown,
    );
    expect(String(error).split('\n')).toHaveLength(3);
  });

  it('are read of the named instance alone, whatever the environment says of another', async () => {
    const key = join(scratch, 'key');
    await writeFile(key, `${KEY}\n`);
    await chmod(key, 0o600);
    const instances = await file({ a: { kind: 'development', secret_key_file: key }, b: one('production') });
    const env = { CLERK_SECRET_KEY: LIVE, CLERK_MCP_INSTANCES: instances, CLERK_MCP_INSTANCE: 'a' };
    expect(loadNamedInstance({}, env)).toMatchObject({ name: 'a', secretKey: KEY, instanceKind: 'test' });
  });
});

describe('the settings of an instance', () => {
  it('replace those for all, except that nothing lifts --read-only, and its folders are its own', async () => {
    const instances = await file({
      a: { kind: 'sandbox', read_only: false, tools: ['Users'], confirm: 'token', clerk_limit: 50 },
      b: { kind: 'sandbox', read_only: true },
    });
    const flags = { instances, tools: ['Domains'], confirm: 'flag', stateDir: '/s', secretsDir: '/x', filesDir: '/f' };
    const [a, b] = loadAllInstances(flags, {});
    expect(a?.values).toMatchObject({
      tools: ['Users'],
      confirm: 'token',
      clerkLimit: 50,
      stateDir: '/s/a',
      secretsDir: '/x/a',
      filesDir: '/f/a',
    });
    expect(b?.values).toMatchObject({ tools: ['Domains'], confirm: 'flag', readOnly: true, stateDir: '/s/b' });
    expect(a?.values.readOnly).toBeUndefined();
    expect(loadAllInstances({ ...flags, readOnly: true }, {})[0]?.values.readOnly).toBe(true);
  });

  it.each([
    [{ sandbox: true }, /--sandbox does not go with --instances/],
    [{ seed: 'demo' }, /--seed does not go with --instances/],
    [{ instance: 'a' }, /leave --instance out/],
    [{ instance: 'A/b' }, /--instance: expected 1-32/],
  ])('refuse %j for all', async (more, said) => {
    const instances = await file({ a: { kind: 'sandbox' } });
    expect(() => loadAllInstances({ instances, ...more }, {})).toThrow(said);
  });
});
