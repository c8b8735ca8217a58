import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What the checker cannot judge (it knows no lookaround), or judges without knowing what the text can be. Each was looked
 * at: it is linear, or its text is our own or has a bound.
 */
const REVIEWED: Readonly<Record<string, string>> = {
  'src/catalog/intent.ts': 'repetitions with bounds; a request is cut to 500 characters',
  'src/catalog/search.ts': 'one white space run after a dot; descriptions of our own',
  'src/catalog/terms.ts': 'one word of such a request',
  'src/cli/client-config/toml-form.ts': 'text that a TOML parser has taken, so that every string ends',
  'src/jobs/configuration/sections.ts': 'a lookahead of one word',
  'src/openapi/tool-names.ts': 'ids of a document, which has a size limit; each branch takes characters of one kind',
  'src/openapi/skeleton.ts': 'the same',
  'src/platform/plain-text.ts': 'bounded to 60 characters by the lookahead',
  'src/platform/scrub.ts': 'one run of letters, taken with the match that it belongs to; growth.test.ts looks at the others',
  'src/policy/preview/effect.ts': 'effect sentences of our own declarations',
  'src/policy/rules/duplicate-keys.ts': 'well-formed JSON, in which every string ends',
  'src/response/exact.ts': 'a number ends where its digits do',
  'src/sandbox/domain/interpolate.ts': 'templates of the sandbox, bounded by the API',
  'src/sandbox/handlers/organization-permissions.ts': 'a lookahead of one word',
  'tools/allowlist-blocklist.ts': 'a lookahead whose endless parts end at a sign that neither of them takes',
};

/** Every regular expression that the sources write out, with the files that do. */
function expressions(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const folder of ['src', 'tools']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue;
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      const visit = (node: ts.Node): void => {
        const text = ts.isRegularExpressionLiteral(node) ? node.text : declared(node);
        if (text !== undefined) found.set(text, (found.get(text) ?? new Set()).add(path));
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true));
    }
  }
  return found;
}

/** A declaration has its expression as text: `{ matches: '^@' }`. */
function declared(node: ts.Node): string | undefined {
  if (!ts.isPropertyAssignment(node) || node.name.getText() !== 'matches') return undefined;
  return ts.isStringLiteral(node.initializer) ? `/${node.initializer.text}/iu` : undefined;
}

/** Without an endless repetition, or with a single one behind an anchor, no text can make an expression slow. */
function canBeSlow(literal: string): boolean {
  const endless = literal.match(/(?<!\\)(?:[*+]|\{\d+,\})/g)?.length ?? 0;
  return endless > 1 || (endless === 1 && !literal.startsWith('/^'));
}

it('no regular expression takes more than linear time', { timeout: 240_000 }, () => {
  const all = expressions();
  expect(all.size).toBeGreaterThan(150);
  expect([...all.values()].some((files) => files.has('tools/allowlist-blocklist.ts'))).toBe(true);
  const slow = [...all].flatMap(([literal, files]) => {
    if (!canBeSlow(literal)) return [];
    const unknown = [...files].filter((file) => !(file in REVIEWED));
    if (unknown.length === 0) return [];
    const end = literal.lastIndexOf('/');
    const { status } = checkSync(literal.slice(1, end), literal.slice(end + 1), { checker: 'automaton', timeout: 20_000 });
    return status === 'safe' ? [] : [`${status}: ${literal} in ${unknown.join(', ')}`];
  });
  expect(slow).toEqual([]);
});

it('the checker finds what is slow', () => {
  for (const slow of ['\\/+$', '^(a+)+$', 'eyJ[\\w-]*\\.[\\w-]*\\.']) {
    expect(checkSync(slow, '', { checker: 'automaton' }).status).toBe('vulnerable');
  }
});
