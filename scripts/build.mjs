// Builds the program into dist/.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import ts from 'typescript';
import { bundleAlone, bundleInChunks, inAscii, target } from './chunks.mjs';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Beside the start. It stays a file of its own: as text in the program it would be held twice. */
const MANIFEST = 'manifest.json';

/** Builds the schemas once, here, so that no start has to: the manifest, what `tools/list` says of answers, and how they are trimmed. */
async function makeSchemas() {
  const contents = `import { groups } from './tools/groups.js';
import { toManifest } from './src/catalog/manifest.js';
import { knownAnswers } from './src/catalog/known-answers.js';
import { outputSchemas } from './src/app/output-schemas.js';
export const make = async (tokensOf) => {
  const loaded = await Promise.all(Object.entries(groups).map(async ([name, load]) => [name, await load()]));
  const manifest = toManifest(Object.fromEntries(loaded), tokensOf);
  return { manifest, outputs: [...(await outputSchemas())], known: knownAnswers() };
};`;
  const dir = mkdtempSync(join(tmpdir(), 'clerk-mcp-build-'));
  try {
    const outfile = join(dir, 'schemas.mjs');
    await build({ ...target, stdin: { contents, resolveDir: root, loader: 'js' }, outfile, format: 'esm' });
    return await (await import(pathToFileURL(outfile).href)).make(countTokens);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Puts the output schemas in the place of src/app/output-schemas.ts. */
const readyMadeOutputs = (outputs) => ({
  name: 'ready-made-outputs',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]app[\\/]output-schemas\.ts$/ }, () => ({
      contents: `export const outputSchemas = async () => new Map(JSON.parse(${JSON.stringify(JSON.stringify(outputs))}));`,
      loader: 'js',
    }));
  },
});

/** Puts what is known of answers in the place of src/catalog/known-answers.ts. It is read when the first answer is trimmed. */
const readyMadeAnswers = (known) => ({
  name: 'ready-made-answers',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]catalog[\\/]known-answers\.ts$/ }, () => ({
      contents: `let known;
export const knownAnswers = () => (known ??= JSON.parse(${JSON.stringify(JSON.stringify(known))}));`,
      loader: 'js',
    }));
  },
});

/** Puts what the page of approvals runs in a browser in the place of the module that makes it. */
const readyMadeBrowserScript = {
  name: 'ready-made-browser-script',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]approvals[\\/]page[\\/]script\.ts$/ }, async () => {
      const { outputFiles } = await build({
        entryPoints: [join(root, 'src/approvals/page/browser/main.ts')],
        bundle: true,
        minify: true,
        format: 'iife',
        target: 'es2022',
        legalComments: 'none',
        write: false,
      });
      return { contents: `export const browserScript = async () => ${JSON.stringify(outputFiles[0].text)};`, loader: 'js' };
    });
  },
};

const { manifest, outputs, known } = await makeSchemas();
const files = await bundleInChunks({
  root,
  entries: { start: 'src/cli/start.ts', index: 'src/index.ts' },
  define: { __VERSION__: JSON.stringify(version), __MANIFEST__: JSON.stringify(MANIFEST) },
  plugins: [readyMadeOutputs(outputs), readyMadeAnswers(known), readyMadeBrowserScript],
});
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist/chunks'), { recursive: true });
for (const [path, text] of files) writeFileSync(join(root, path), text);
writeFileSync(join(root, 'dist', MANIFEST), inAscii(JSON.stringify(manifest)));
await bundleAlone({ absWorkingDir: root, entry: 'src/main.ts', outfile: 'dist/cli.js' });
chmodSync(join(root, 'dist/cli.js'), 0o755);
writeFileSync(join(root, 'dist/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);

// The public types stand in modules that import nothing but each other, so that each makes its part of them alone.
const types = ['src/app/fetch-handler-options.ts', 'src/app/fetch-handler.ts'].map((fileName) => {
  const source = readFileSync(join(root, fileName), 'utf8').replace(/^import type .*$/gm, '');
  const compilerOptions = { isolatedDeclarations: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext };
  return ts.transpileDeclaration(source, { compilerOptions, fileName }).outputText;
});
writeFileSync(join(root, 'dist/index.d.ts'), types.join(''));

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
