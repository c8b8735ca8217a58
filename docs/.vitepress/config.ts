import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { defineConfig } from 'vitepress';
import { PAGES } from './pages.js';

const root = new URL('../../', import.meta.url);
const { description, repository } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  description: string;
  repository: { url: string };
};
const source = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** A link out of `docs/` works on GitHub as it stands; on the site it leads there. */
function onTheSite(href: string, page: string): string {
  if (!href.startsWith('.')) return href;
  const [path = '', anchor] = posix.join('docs', posix.dirname(page), href).split('#');
  if (path.startsWith('docs/')) return href;
  if (!existsSync(new URL(path, root))) throw new Error(`${page} links to ${href}, which does not exist`);
  return `${source}/blob/main/${path}${anchor === undefined ? '' : `#${anchor}`}`;
}

const api = existsSync(new URL('docs/api/index.md', root));

export default defineConfig({
  title: 'clerk-mcp',
  description,
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  // Headings have the anchors that GitHub gives them, so that a link works in both places.
  markdown: {
    anchor: {
      slugify: (heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
    },
    config: (markdown) => {
      // `:*` is no face: pages are written for GitHub, which has no such shortcuts.
      markdown.core.ruler.disable('emoji');
      markdown.core.ruler.push('links', (state) => {
        for (const block of state.tokens)
          for (const token of block.children ?? [])
            if (token.type === 'link_open') {
              const href = token.attrGet('href');
              if (href !== null) token.attrSet('href', onTheSite(href, (state.env as { relativePath: string }).relativePath));
            }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Policy', link: '/policy' },
      { text: 'Hosting', link: '/hosting' },
      ...(api ? [{ text: 'API', link: '/api/' }] : []),
    ],
    sidebar: [
      ...PAGES.map(({ text, items }) => ({
        text,
        items: items.map(({ text: name, page }) => ({ text: name, link: `/${page}` })),
      })),
      ...(api ? [{ text: 'Library', items: [{ text: 'API reference', link: '/api/' }] }] : []),
    ],
    socialLinks: [{ icon: 'github', link: source }],
    editLink: { pattern: `${source}/edit/main/docs/:path` },
    footer: { message: 'MIT licence. Not affiliated with Clerk.' },
  },
});
