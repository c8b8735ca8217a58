import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Group } from '../../src/catalog/declaration.js';
import { groups } from '../../tools/groups.js';

const folder = new URL('../../tools/', import.meta.url);
const OTHERS = ['groups.ts', 'index.ts', 'schemas.ts'];

it('has every file of declarations, each under the name that its constant has', async () => {
  const declared = new Map<string, Group>();
  for (const file of readdirSync(folder).filter((name) => !OTHERS.includes(name))) {
    const module: Readonly<Record<string, Group>> = await import(new URL(file, folder).href);
    for (const [name, group] of Object.entries(module)) declared.set(name, group);
  }
  const listed = new Map<string, Group>();
  for (const [name, load] of Object.entries(groups)) listed.set(name, await load());
  expect(listed).toEqual(declared);
});
