/**
 * Which lines of src/ and tools/ the tests run: `npm run coverage`, which takes as long as the suite and half as long again.
 *
 * Most tests drive the built program in processes of its own. So it is built plainly, with a source map, each process leaves
 * V8's counts behind, and a line counts as run if it ran there or in a test's own process. Processes that are killed leave none.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { env } from 'node:process';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import { build } from 'esbuild';
import { CoverageReport } from 'monocart-coverage-reports';
import { target } from './chunks.mjs';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'clerk-mcp-coverage-'));
const counts = join(folder, 'counts');
const ENTRIES = { start: 'src/cli/start.ts', index: 'src/index.ts', sandbox: 'src/sandbox/library.ts' };
const fileOf = (name) => join(root, `dist/${name}.js`);

const run = (command, args, more = {}) =>
  spawnSync(command, args, { cwd: root, env: { ...env, ...more }, stdio: ['ignore', 'inherit', 'inherit'] });

/** Puts what can be mapped to the sources in the place of the program, beside what the build has prepared. */
async function buildPlainly() {
  const define = { __VERSION__: JSON.stringify(version), __BUILT__: 'true' };
  const places = { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' };
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const files = { absWorkingDir: root, entryPoints: [entry], outfile: fileOf(name) };
    // Node would write a map that the file names into the counts of each process.
    await build({ ...target, ...files, format: 'cjs', sourcemap: 'external', define: { ...define, ...places } });
  }
  writeFileSync(fileOf('cli'), "#!/usr/bin/env node\nvoid require('./start.js').main(process.argv, () => {});\n");
}

/** Of a process that was killed while it wrote them, there are none. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { result: [] };
  }
}

/** The counts of all processes as one, merged a few at a time, since each takes two megabytes. */
function merged() {
  const ours = new Set(Object.keys(ENTRIES).map((name) => `/dist/${name}.js`));
  const read = (file) => {
    const { result } = parsed(readFileSync(join(counts, file), 'utf8'));
    return { result: result.filter(({ url }) => [...ours].some((end) => url.endsWith(end))) };
  };
  let all = { result: [] };
  const files = readdirSync(counts);
  while (files.length > 0) all = mergeProcessCovs([all, ...files.splice(0, 20).map(read)]);
  return all.result;
}

/** How often each line of each source ran, as lcov has it. */
function linesOf(file) {
  const sources = new Map();
  let lines = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [kind, value = ''] = line.split(/:(.*)/s);
    if (kind === 'SF') {
      lines = new Map();
      sources.set(relative(root, resolve(root, value)), lines);
    }
    if (kind !== 'DA') continue;
    const [at, times] = value.split(',').map(Number);
    lines.set(at, (lines.get(at) ?? 0) + times);
  }
  return sources;
}

/** By floor, as docs/architecture.md has them. */
const floorOf = (path) =>
  path
    .split('/')
    .slice(0, path.startsWith('src/') ? 2 : 1)
    .join('/');

function table(own, built) {
  const floors = new Map([['all', { lines: 0, run: 0 }]]);
  for (const [path, lines] of own) {
    const elsewhere = built.get(path) ?? new Map();
    const ran = [...lines].filter(([at, times]) => times > 0 || (elsewhere.get(at) ?? 0) > 0);
    for (const name of [floorOf(path), 'all']) {
      const of = floors.get(name) ?? { lines: 0, run: 0 };
      floors.set(name, { lines: of.lines + lines.size, run: of.run + ran.length });
    }
  }
  return [...floors]
    .filter(([, { lines }]) => lines > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, { lines, run }]) =>
        `${name.padEnd(16)}${String(lines).padStart(8)}${((100 * run) / lines).toFixed(1).padStart(8)} %`,
    )
    .join('\n');
}

try {
  run('node', ['scripts/build.mjs']);
  await buildPlainly();
  const own = [
    'provider=v8',
    'reporter=lcovonly',
    `reportsDirectory=${join(folder, 'own')}`,
    'include=src/**/*.ts',
    'include=tools/**/*.ts',
  ];
  const options = ['enabled', 'reportOnFailure', ...own].map((option) => `--coverage.${option}`);
  const { status } = run('npx', ['vitest', 'run', '--config', 'test/vitest.config.ts', ...options, ...process.argv.slice(2)], {
    CLERK_MCP_V8_COVERAGE: counts,
  });
  for (const name of Object.keys(ENTRIES)) appendFileSync(fileOf(name), `//# sourceMappingURL=${name}.js.map\n`);
  const report = new CoverageReport({
    outputDir: join(folder, 'built'),
    reports: ['lcovonly'],
    sourceFilter: (path) => /^(?:src|tools)\//.test(path),
    logging: 'error',
  });
  const inFiles = merged().map((script) => ({ ...script, source: readFileSync(new URL(script.url), 'utf8') }));
  await report.add(inFiles);
  await report.generate();
  const lines = table(linesOf(join(folder, 'own/lcov.info')), linesOf(join(folder, 'built/lcov.info')));
  process.stdout.write(`\n                   lines     run\n${lines}\n`);
  if (status !== 0)
    process.stdout.write('Some tests failed: those of the build do, since another program stands in its place.\n');
} finally {
  run('node', ['scripts/build.mjs']);
  rmSync(folder, { recursive: true, force: true });
}
