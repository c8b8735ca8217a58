// Bundles ES modules so that a start reads as few files as can be, and can be loaded with what V8 compiled of it before.
import { posix, relative } from 'node:path';
import { build, transform } from 'esbuild';

const node = { platform: 'node', target: 'node20.18', logLevel: 'warning' };

/** What all code of the program is bundled for. Some packages give their ES module only as `module`. */
export const target = { ...node, bundle: true, mainFields: ['module', 'main'] };

/** Names are kept: they are what a stack trace tells. */
const small = { minifySyntax: true, minifyWhitespace: true, legalComments: 'none' };

/** Nothing here is an ES module once it is built: one that asks for its address stops the build, for it would get none. */
const commonJs = {
  ...small,
  format: 'cjs',
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  logOverride: { 'empty-import-meta': 'error' },
};

/**
 * What packages bring for uses that are none of ours: checking answers to questions that the SDK itself asks, log files, and
 * workers that write logs. It is a fifth of what every start would have to read. Whoever comes to use it is told so at once.
 */
const UNUSED = [
  {
    filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]ajvProvider-\w+\.mjs$/,
    name: 'AjvJsonSchemaValidator',
    as: 'esm',
  },
  { filter: /[\\/]sonic-boom[\\/]index\.js$/, name: 'SonicBoom', as: 'cjs' },
  { filter: /[\\/]thread-stream[\\/]index\.js$/, name: 'ThreadStream', as: 'cjs' },
];

/** The Redis client tells whoever sets `DEBUG` every command that it sends, with the password: here it tells nobody. */
const TALKING = /[\\/]ioredis[\\/]built[\\/]utils[\\/]debug\.js$/;

const withoutUnused = {
  name: 'without-unused',
  setup: ({ onLoad }) => {
    for (const { filter, name, as } of UNUSED) {
      const call = name === 'AjvJsonSchemaValidator' ? 'getValidator' : 'constructor';
      const stub = `class ${name}{${call}(){throw new Error("${name} is not in this program: scripts/chunks.mjs leaves it out")}}`;
      const contents = as === 'esm' ? `${stub};export{${name} as n}` : `${stub};module.exports=${name}`;
      onLoad({ filter }, () => ({ contents, loader: 'js' }));
    }
    onLoad({ filter: TALKING }, () => ({ contents: 'exports.default=()=>()=>{}', loader: 'js' }));
  },
};

/** A file that runs by itself. */
export const bundleAlone = ({ entry, outfile, ...rest }) =>
  build({
    ...target,
    ...commonJs,
    ...rest,
    entryPoints: [entry],
    outfile,
  });

/**
 * Bundles entries into CommonJS files, by their paths. What is only loaded when it is needed is in chunks; but the
 * first entry is in one file, with all that it imports.
 *
 * esbuild splits only ES modules, and makes a chunk for every set of modules with the same users, of which a start
 * would read twenty. Only CommonJS can be loaded with compiled code. So the chunks are made as ES modules first, then
 * those of the first entry are joined, and all become CommonJS. A chunk that was joined is left as a file that refers
 * to its part.
 * @returns {Promise<{ files: Map<string, string>, inputs: string[] }>} the files, and which modules are in them
 */
export async function bundleInChunks({ root, entries, ...rest }) {
  const path = (absolute) => relative(root, absolute).replaceAll('\\', '/');
  const { outputFiles, metafile } = await build({
    ...target,
    ...small,
    ...rest,
    absWorkingDir: root,
    entryPoints: entries,
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    metafile: true,
    plugins: [withoutUnused],
  });
  const modules = new Map(outputFiles.map((file) => [path(file.path), withPlainRequire(file.text)]));
  const [start] = Object.keys(entries).map((name) => `dist/${name}.js`);
  const joined = [...withImports(metafile.outputs, start)];
  const files = new Map();
  for (const [chunk, text] of modules) {
    const part = joined.indexOf(chunk);
    const code = part === -1 ? await toCommonJs(text) : `module.exports=require("${reference(chunk, start)}").part${part};\n`;
    files.set(chunk, code);
  }
  files.set(start, await join(modules, start, joined));
  return { files, inputs: modulesIn(metafile) };
}

/** The modules of which something is left in the output. */
const modulesIn = ({ outputs }) => [
  ...new Set(
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    ),
  ),
];

/** ES modules get Node's own modules by a function of esbuild's, which the tools of those who bundle us do not see through. */
const withPlainRequire = (text) => text.replace(/\b__require\(/g, 'require(');

/**
 * One character beyond ASCII, and twice as much is read and held. esbuild leaves those in regular expressions as they are.
 * What is written with a backslash means the same in JSON, in strings and in regular expressions.
 */
export const inAscii = (text) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const toCommonJs = async (text) => (await transform(text, { ...node, ...commonJs })).code;

const reference = (from, to) => {
  const found = posix.relative(posix.dirname(from), to);
  return found.startsWith('.') ? found : `./${found}`;
};

/** The chunk and all that it imports, each once. */
function withImports(outputs, chunk, found = new Set()) {
  if (found.has(chunk)) return found;
  found.add(chunk);
  for (const { kind, path } of outputs[chunk].imports) {
    if (kind === 'import-statement' && path in outputs) withImports(outputs, path, found);
  }
  return found;
}

/** One CommonJS file of several chunks, which exports what the first does, and each chunk as a part. */
async function join(modules, start, joined) {
  const parts = joined.map((chunk, nth) => `export * as part${nth} from "./${chunk}";`);
  const inMemory = {
    name: 'chunks-in-memory',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\./ }, ({ path, importer }) => {
        const chunk = posix.join(posix.dirname(importer), path);
        return joined.includes(chunk) ? { path: chunk, namespace: 'chunk' } : { path: reference(start, chunk), external: true };
      });
      onLoad({ filter: /./, namespace: 'chunk' }, ({ path }) => ({ contents: modules.get(path), loader: 'js' }));
    },
  };
  const { outputFiles } = await build({
    ...target,
    ...commonJs,
    stdin: { contents: [`export * from "./${start}";`, ...parts].join('\n') },
    write: false,
    plugins: [inMemory],
  });
  return inAscii(outputFiles[0].text);
}
