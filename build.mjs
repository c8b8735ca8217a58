// Bundles the program: one small chunk per thing that only some commands need, so that the start reads little.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import ts from 'typescript';

const root = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.18',
  // Some packages give their ES module only here.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
};

// Bundled CommonJS packages still ask for Node's own modules with require().
const banner = {
  js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
};

/** The modules that tools/index.ts puts together, as `[file, export]`. */
const modules = [...readFileSync(join(root, 'tools/index.ts'), 'utf8').matchAll(/^import \{ (\w+) \} from '\.\/(.+)';$/gm)].map(
  ([, name, file]) => [`../tools/${file}`, name],
);

/** Builds the schemas once, here, so that no start has to: the manifest, and what `tools/list` says of answers. */
async function makeSchemas() {
  const imports = modules.map(([file, name], index) => `import { ${name} as m${index} } from '${file}';`);
  const contents = `${imports.join('\n')}
import { toManifest } from './catalog/manifest.js';
import { outputSchemas } from './outputs.js';
export const make = async (tokensOf) => ({
  manifest: toManifest([${modules.map((_, index) => `m${index}`).join(', ')}], tokensOf),
  outputs: [...(await outputSchemas())],
});`;
  const dir = mkdtempSync(join(tmpdir(), 'clerk-mcp-build-'));
  try {
    const outfile = join(dir, 'manifest.mjs');
    await build({ ...shared, outfile, banner, stdin: { contents, resolveDir: join(root, 'src'), loader: 'js' } });
    return await (await import(pathToFileURL(outfile).href)).make(countTokens);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Puts the manifest in the place of src/operations.ts. */
const readyMadeOperations = (manifest) => ({
  name: 'ready-made-operations',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]operations\.ts$/ }, () => ({
      contents: `import { fromManifest } from './catalog/manifest.js';
const loaders = [${modules.map(([file, name]) => `() => import('${file}').then((module) => module.${name})`).join(',\n')}];
export const operations = fromManifest(JSON.parse(${JSON.stringify(JSON.stringify(manifest))}), loaders);`,
      resolveDir: join(root, 'src'),
      loader: 'js',
    }));
  },
});

/** Puts the output schemas in the place of src/outputs.ts. */
const readyMadeOutputs = (outputs) => ({
  name: 'ready-made-outputs',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]outputs\.ts$/ }, () => ({
      contents: `export const outputSchemas = async () => new Map(JSON.parse(${JSON.stringify(JSON.stringify(outputs))}));`,
      loader: 'js',
    }));
  },
});

const { manifest, outputs } = await makeSchemas();
rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  ...shared,
  entryPoints: { cli: 'src/cli.ts', index: 'src/index.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'none',
  minifySyntax: true,
  minifyWhitespace: true,
  define: { __VERSION__: JSON.stringify(version) },
  banner,
  plugins: [readyMadeOperations(manifest), readyMadeOutputs(outputs)],
});
chmodSync(join(root, 'dist/cli.js'), 0o755);

// The public types stand in one module that imports none, so that it alone makes them.
const { outputText } = ts.transpileDeclaration(readFileSync(join(root, 'src/index.ts'), 'utf8'), {
  compilerOptions: { isolatedDeclarations: true, target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
  fileName: 'index.ts',
});
writeFileSync(join(root, 'dist/index.d.ts'), outputText);
