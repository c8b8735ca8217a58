import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { DriftReport } from '../../src/openapi/drift.js';
import { operations } from '../../tools/index.js';
import { documentOf } from '../support/openapi-document.js';
import { childEnv, type Ended } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What a build and the snapshot need of the repository. */
const SOURCES = [
  'src',
  'tools',
  'scripts',
  'skills',
  'package.json',
  'tsconfig.json',
  'test/vitest.config.ts',
  'test/catalog',
  'test/support',
  'test/sandbox/error-index.ts',
];

const run = promisify(execFile);
const scratch = await scratchDirectory();
const inCopy = (...path: string[]): string => join(scratch, ...path);

async function copySources(): Promise<void> {
  await mkdir(inCopy('test'));
  for (const source of SOURCES) await cp(join(root, source), inCopy(source), { recursive: true });
  await symlink(join(root, 'node_modules'), inCopy('node_modules'));
}

/** Runs Node in the copy to its end, whatever that is. */
async function node(...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: scratch, env: childEnv() });
    return { code: 0, signal: null, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, signal: null, stdout, stderr };
  }
}

const program = (...args: string[]): Promise<Ended> => node('dist/cli.js', ...args);

/** Puts a line before the first that begins so. */
function before(text: string, start: string, line: string): string {
  const at = text.indexOf(`\n${start}`);
  if (at < 0) throw new Error(`no line begins with ${start}`);
  return `${text.slice(0, at)}\n${line}${text.slice(at)}`;
}

it('takes a new operation from drift to the snapshot in the steps that CONTRIBUTING tells', async () => {
  await copySources();
  const document = await documentOf(operations);
  document.paths['/widgets/{widget_id}/spin'] = {
    post: {
      operationId: 'SpinWidget',
      tags: ['Widgets'],
      parameters: [
        { name: 'widget_id', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 500, default: 10 } },
      ],
      requestBody: {
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['direction'],
              properties: {
                direction: { type: 'string', enum: ['left', 'right'] },
                turns: { type: ['integer', 'null'], minimum: 1, maximum: 9, default: 1 },
                stops: {
                  type: 'array',
                  maxItems: 5,
                  items: {
                    type: 'object',
                    required: ['at'],
                    properties: { at: { type: 'number' } },
                    additionalProperties: false,
                  },
                },
              },
            },
          },
        },
      },
    },
  };
  await writeFile(inCopy('openapi.json'), JSON.stringify(document));
  expect(await node('scripts/build.mjs')).toMatchObject({ code: 0, stderr: '' });

  // 1. What is new?
  const drift = await program('drift', 'openapi.json', '--json');
  expect(drift.code).toBe(1);
  expect((JSON.parse(drift.stdout) as DriftReport).differences).toEqual([
    { operation: 'SpinWidget', aspect: 'missing_operation', at: '', document: 'POST /widgets/{widget_id}/spin', catalog: 'none' },
  ]);

  // 2. The declaration as far as the document goes, and what only a person can say.
  const { stdout: skeleton } = await program('drift', 'openapi.json', '--skeleton');
  const [, file, listed] = /^\/\/ (tools\/\S+\.ts),.*\n\/\/ +(\w+: .*)\n/.exec(skeleton) ?? [];
  const declared = skeleton
    .replace(/description: ''/, "description: 'Turns a widget round.'")
    .replace(/risk: '\w+'/, "risk: 'destructive'")
    .replace(/effect: ''/, "effect: 'Turns {widget_id} round.'");
  await writeFile(inCopy(String(file)), declared);

  // 3. The line of its group.
  const groups = await readFile(inCopy('tools/groups.ts'), 'utf8');
  await writeFile(inCopy('tools/groups.ts'), before(groups, '}', `  ${listed}`));

  // 4. Build and snapshot.
  expect(await node('scripts/build.mjs')).toMatchObject({ code: 0, stderr: '' });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  expect((await node(vitest, 'run', '--config', 'test/vitest.config.ts', 'test/catalog/snapshot.test.ts', '-u')).code).toBe(0);
  const [tool] = JSON.parse(await readFile(inCopy('test/catalog/snapshots/Widgets.json'), 'utf8')) as [object];
  expect(tool).toMatchObject({
    name: 'Widgets_spinWidget',
    title: 'Spin widget',
    annotations: { destructiveHint: true },
    inputSchema: {
      required: ['widget_id', 'direction'],
      properties: { direction: { enum: ['left', 'right'] }, turns: { type: 'integer', maximum: 9 }, confirm: {} },
    },
  });

  // 5. Nothing is left to tell, and the tool is there.
  expect(await program('drift', 'openapi.json')).toMatchObject({ code: 0, stdout: expect.stringContaining(' 0 differences') });
  const { stdout: tools } = await program('tools', '--tools', 'Widgets');
  expect(tools).toMatch(/^Widgets_spinWidget +destructive +gated +POST \/widgets\/\{widget_id\}\/spin$/m);
}, 240_000);
