import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../docs/.vitepress/pages.js';
import { pages, renderPage } from '../../scripts/page-tables.js';
import { loadConfig } from '../../src/config/config.js';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

const allPages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'SUPPORT.md', 'AGENTS.md'],
  ...readdirSync(new URL('../../docs', import.meta.url))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe('what users read', () => {
  it.each(pages)('has the tables that the code has (npm run docs:tables writes them): %s', (page) => {
    const text = read(page);
    expect(renderPage(page, text)).toBe(text);
  });

  it('has a README that can be read in one go', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(201);
  });

  it.each(allPages)('links only to what is there: %s', (page) => {
    for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]*)\)/g)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : posix.join(posix.dirname(page), path);
      expect(existsSync(new URL(`../../${target}`, import.meta.url)), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(target)), `${page}: ${link}`).toContain(anchor);
    }
  });

  it.each(['docs/architecture.md', 'CONTRIBUTING.md'])('names only files that exist: %s', (page) => {
    const paths = [...read(page).matchAll(/`((?:src|tools|scripts|test|bench|examples|deploy|docs)\/[\w./-]*)`/g)].map(
      ([, path]) => path,
    );
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(existsSync(new URL(`../../${path}`, import.meta.url)), path).toBe(true);
  });

  it('has every page in the sidebar of the site', () => {
    const inSidebar = PAGES.flatMap(({ items }) => items.map(({ page }) => `docs/${page}.md`));
    const home = 'docs/index.md';
    expect([home, ...inSidebar].sort()).toEqual(allPages.filter((page) => page.startsWith('docs/')).sort());
  });

  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const file of allPages) {
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
