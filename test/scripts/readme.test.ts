import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderArchitecture, renderReadme } from '../../scripts/readme-tables.js';
import { loadConfig } from '../../src/config/config.js';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('what users read', () => {
  it('has the tables that the code has (npm run readme writes them)', () => {
    const readme = read('README.md');
    expect(renderReadme(readme)).toBe(readme);
  });

  it('has the floors that the lint rule holds (npm run readme writes them)', () => {
    const page = read('docs/architecture.md');
    expect(renderArchitecture(page)).toBe(page);
  });

  it.each(['docs/architecture.md', 'CONTRIBUTING.md'])('names only files that exist: %s', (page) => {
    const paths = [...read(page).matchAll(/`((?:src|tools|scripts|test|bench|examples|deploy|docs)\/[\w./-]*)`/g)].map(
      ([, path]) => path,
    );
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
  });

  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const file of ['README.md', 'CONTRIBUTING.md']) {
      for (const [, script] of read(file).matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
    }
  });

  it('has an example configuration whose entries the program takes', () => {
    const { mcpServers } = JSON.parse(read('mcp.json.example')) as {
      mcpServers: Record<string, { command: string; args: string[]; env?: Record<string, string> }>;
    };
    expect(Object.keys(mcpServers)).toEqual(['clerk', 'clerk-sandbox']);
    const clerk = loadConfig({}, mcpServers.clerk?.env);
    expect(clerk).toMatchObject({ instanceKind: 'test', apiUrl: 'https://api.clerk.com/v1' });
    expect(mcpServers['clerk-sandbox']?.args).toContain('--sandbox');
  });
});
