import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { renderServerJson } from '../../scripts/server-manifest.js';
import { loadConfig, loadValues } from '../../src/config/config.js';
import { OPTIONS } from '../../src/config/server-options.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const text = read('../../server.json');
const published = JSON.parse(read('./server.schema.json')) as { $id: string };

interface Variable {
  readonly name: string;
  readonly isSecret?: boolean;
  readonly default?: string;
  readonly choices?: readonly string[];
}
interface ServerJson {
  readonly $schema: string;
  readonly name: string;
  readonly version: string;
  readonly packages: readonly [{ identifier: string; version: string; environmentVariables: readonly Variable[] }];
}
const server = JSON.parse(text) as ServerJson;
const [npm] = server.packages;

describe('server.json for the MCP registry', () => {
  it('is as the code has it now (npm run server-json writes it)', () => {
    expect(renderServerJson()).toBe(text);
  });

  it("is valid against the registry's schema, which refuses what is not", () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(published);
    expect(server.$schema).toBe(published.$id);
    expect(validate(server), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...server, name: 'clerk-mcp' })).toBe(false);
    expect(validate({ ...server, description: 'x'.repeat(101) })).toBe(false);
    expect(validate({ ...server, packages: [{ ...npm, transport: { type: 'pigeon' } }] })).toBe(false);
  });

  it('names the package as the package names itself', () => {
    const { name, mcpName, version } = JSON.parse(read('../../package.json')) as Record<string, string>;
    expect(server).toMatchObject({ name: mcpName, version });
    expect(npm).toMatchObject({ registryType: 'npm', identifier: name, version });
  });

  it('has every setting, the key as a secret and nothing else', () => {
    const names = npm.environmentVariables.map(({ name }) => name);
    expect(names).toEqual(['CLERK_SECRET_KEY', 'CLERK_API_URL', ...Object.values(OPTIONS).map(({ env }) => env)]);
    expect(npm.environmentVariables.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(['CLERK_SECRET_KEY']);
  });

  it('has defaults and choices that the program takes', () => {
    const defaults = npm.environmentVariables.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]]));
    expect(defaults.length).toBeGreaterThan(3);
    expect(loadConfig({}, { CLERK_SECRET_KEY: 'sk_test_x', ...Object.fromEntries(defaults) })).toMatchObject({
      instanceKind: 'test',
    });
    for (const { name, choices = [] } of npm.environmentVariables)
      for (const choice of choices) expect(() => loadValues({}, { [name]: choice }), `${name}=${choice}`).not.toThrow();
  });
});
