// Builds the program into dist/.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import ts from 'typescript';
import { bundleAlone, bundleInChunks, inAscii, target } from './chunks.mjs';
import { licensesOf } from './licenses.mjs';
import { typeOfSchema } from './type-of-schema.mjs';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Makes once, here, what no start should have to: the manifest, how answers are trimmed, what `tools/list` says of them,
 * what the page of approvals runs in a browser, and the jobs of `skills/`. They are files, by the names in src/platform/prepared.ts: as text in
 * the program they would be held twice.
 */
async function prepare() {
  const contents = `import { groups } from './tools/groups.js';
import { toManifest } from './src/catalog/manifest.js';
import { JOB_TOOLS } from './src/jobs/job-tools.js';
import { knownAnswers } from './src/catalog/known-answers.js';
import { outputSchemas } from './src/app/output-schemas.js';
import { bundleBrowserScript } from './src/approvals/page/bundle-browser-script.js';
import { readSkillFolder } from './src/mcp/prompts/parse-skill.js';
import { toJSONSchema } from 'zod';
import { seedDescription } from './src/sandbox/seed/description.js';
import { fault } from './src/sandbox/fault-forms.js';
import { endpointDescription } from './src/sandbox/webhooks/endpoint.js';
const inputs = { SeedDescription: seedDescription, FaultDescription: fault, EndpointDescription: endpointDescription };
export const describe = () =>
  Object.entries(inputs).map(([name, schema]) => [name, toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })]);
export const make = async (tokensOf, browserFolder, skillFolder) => {
  const loaders = [...Object.entries(groups), ...Object.entries(JOB_TOOLS).map(([name, job]) => [name, job.declaration])];
  const loaded = await Promise.all(loaders.map(async ([name, load]) => [name, await load()]));
  const manifest = toManifest(Object.fromEntries(loaded), tokensOf);
  const [page, chart] = await Promise.all(['main', 'chart'].map((name) => bundleBrowserScript(browserFolder + '/' + name + '.ts')));
  const prepared = {
    'manifest.json': JSON.stringify(manifest),
    'known-answers.json': JSON.stringify(knownAnswers()),
    'output-schemas.json': JSON.stringify([...(await outputSchemas())]),
    'approvals-page.js': page.text,
    'approvals-chart.js': chart.text,
    'skills.json': JSON.stringify(readSkillFolder(skillFolder)),
  };
  return { prepared, pageInputs: [...page.inputs, ...chart.inputs] };
};`;
  // Below the root, where esbuild is found.
  const dir = mkdtempSync(join(root, 'node_modules/.clerk-mcp-'));
  try {
    const outfile = join(dir, 'prepare.mjs');
    await build({
      ...target,
      stdin: { contents, resolveDir: root, loader: 'js' },
      external: ['esbuild', 'yaml'],
      outfile,
      format: 'esm',
    });
    const { make, describe } = await import(pathToFileURL(outfile).href);
    const made = await make(countTokens, join(root, 'src/approvals/page/browser'), join(root, 'skills'));
    return { ...made, described: describe() };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const { prepared, pageInputs, described } = await prepare();
const { files, inputs } = await bundleInChunks({
  root,
  entries: { start: 'src/cli/start.ts', index: 'src/index.ts', sandbox: 'src/sandbox/library.ts' },
  define: { __VERSION__: JSON.stringify(version), __BUILT__: 'true' },
});
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist/chunks'), { recursive: true });
for (const [path, text] of files) writeFileSync(join(root, path), text);
for (const [file, text] of Object.entries(prepared)) writeFileSync(join(root, 'dist', file), inAscii(text));
await bundleAlone({ absWorkingDir: root, entry: 'src/main.ts', outfile: 'dist/cli.js' });
chmodSync(join(root, 'dist/cli.js'), 0o755);
writeFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), licensesOf(root, [...inputs, ...pageInputs]));
writeFileSync(join(root, 'dist/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);

/** What the API reference calls it: the name that it is imported by. */
const moduleOf = (name) => `/** @module ${name} */\n\n`;

/** The types that modules export. They need nothing but each other's, so that each makes its part of them alone. */
function typesOf(...fileNames) {
  const compilerOptions = { isolatedDeclarations: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext };
  const parts = fileNames.map((fileName) => {
    const source = readFileSync(join(root, fileName), 'utf8').replace(/^(?:import|export type \{[^}]*\} from) [^;]*;$/gm, '');
    return ts.transpileDeclaration(source, { compilerOptions, fileName }).outputText;
  });
  return parts.join('');
}
writeFileSync(
  join(root, 'dist/index.d.ts'),
  moduleOf('clerk-mcp') + typesOf('src/app/fetch-handler-options.ts', 'src/app/fetch-handler.ts'),
);
const told = {
  SeedDescription: 'What a sandbox holds at its start: its settings, people, organizations and everything else.',
  FaultDescription: 'What goes wrong, with which requests, and how often.',
  EndpointDescription: 'Where a sandbox sends its webhook events, and which of them.',
};
const inputTypes = described.map(([name, schema]) => `/** ${told[name]} */\nexport type ${name} = ${typeOfSchema(schema)};\n`);
const sandboxTypes = typesOf('src/sandbox/library-types.ts', 'src/sandbox/library.ts');
writeFileSync(join(root, 'dist/sandbox.d.ts'), moduleOf('clerk-mcp/sandbox') + inputTypes.join('') + sandboxTypes);

/**
 * Starts the program as a client does, so that what V8 compiles for that is kept for the starts to come. A program
 * built for another Node, or copied to where it cannot write, does without.
 */
async function keepCompiled() {
  const args = [join(root, 'dist/cli.js'), '--log-level', 'silent'];
  const child = spawn(process.execPath, args, {
    env: { CLERK_SECRET_KEY: 'sk_test_build' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  const ask = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'build', version };
  ask({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
  ask({ method: 'notifications/initialized' });
  ask({ id: 2, method: 'tools/list' });
  let last;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line).id;
    // What is compiled is kept before anything else is answered.
    if (last === 2) ask({ id: 3, method: 'ping' });
    if (last === 3) child.stdin.end();
  }
  if (last !== 3) throw new Error('the program was built, but does not start');
}
await keepCompiled();
