// Lets the built program load some modules when they are first used, although others import them as usual.
import { join } from 'node:path';
import { build } from 'esbuild';

/** What calls need and the first list does not, by folder of src/. */
const ON_CALLS = {
  call: 'progress quick-trim',
  catalog: 'aliases answer-shapes declaration declared-answer json-schema moment nearest parse-arguments read-leniently',
  clerk: 'answer call-limit envelope errors failure hints image-structure image rate-budget reads request retry send-once traced',
  limits: 'sliding-window',
  mcp: 'id-scanner traced-request',
  platform: 'abort',
  'policy/confirmation': 'approval-refusals canonical refusals',
  policy: 'explain',
  'policy/preview':
    'changes dialog effect exact-request label list-review money review-inputs target-names target-read undo-words',
  'policy/rules': 'about find-resource list-verdict match-args own-claims',
  'policy/secrets': 'answer-secrets masking secret-text',
  response: 'changed cut empty exact note page selection shape-answer short-item times token-count write-answer',
};

export const laterModules = Object.entries(ON_CALLS).flatMap(([folder, names]) =>
  names.split(' ').map((name) => `src/${folder}/${name}.ts`),
);

/** The chunk that all of them are in, and the function of the main file that gives one of them. */
export const LATER = 'later';

/** How one of them is named between the two steps of bundling. */
export const LINK = /^later:\d+$/;
const LINKS = /\brequire\("later:(\d+)"\)/g;

/**
 * Puts modules into a chunk of their own. Where others import one, a link is left. None of them may do anything when it is
 * loaded, and none may be used while the others are: it would be loaded at once.
 * @param {readonly string[]} files
 */
export function loadedLater(root, files) {
  const nths = new Map(files.map((file, nth) => [join(root, file), nth]));
  return {
    name: 'loaded-later',
    setup: (own) => {
      own.onResolve({ filter: new RegExp(`^${LATER}$`) }, ({ path }) => ({ path, namespace: LATER }));
      own.onLoad({ filter: /./, namespace: LATER }, () => ({
        contents: files.map((file, nth) => `export * as ${LATER}${nth} from "./${file}";`).join('\n'),
        resolveDir: root,
        loader: 'js',
      }));
      own.onResolve({ filter: /^\./ }, async ({ path, importer, namespace, resolveDir, kind, pluginData }) => {
        const isWithin = namespace === LATER || nths.has(importer);
        if (pluginData === LATER || isWithin || kind !== 'import-statement') return undefined;
        const found = await own.resolve(path, { importer, resolveDir, kind, pluginData: LATER });
        const nth = nths.get(found.path);
        return nth === undefined ? found : { path: `${LATER}:${nth}`, external: true };
      });
    },
  };
}

/** What each of these modules exports. */
export async function exportsOf(root, files) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: files,
    outdir: 'dist',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const byEntry = new Map(Object.values(metafile.outputs).map((output) => [output.entryPoint, output.exports]));
  return files.map((file) => byEntry.get(file));
}

/**
 * The functions that load all of them, and that give one as an object that loads it when something of it is read.
 * @param {readonly (readonly string[])[]} names what each module exports
 */
export const getterOf = (names, chunk) =>
  `var laterNames=${JSON.stringify(names)},laterModules,loadLater=()=>laterModules??=require("${chunk}");` +
  `function ${LATER}(nth){let found={};for(let name of laterNames[nth])` +
  `Object.defineProperty(found,name,{enumerable:!0,get:()=>loadLater()["${LATER}"+nth][name]});return found}`;

/**
 * CommonJS with the links in it replaced.
 * @param main the main file's exports
 * @param getter for the main file itself: the function that is exported
 */
export function linkLater(code, main, getter) {
  const linked = code.replace(LINKS, (_, nth) => `${getter === undefined ? `${main}.` : ''}${LATER}(${nth})`);
  // A module that is loaded while the main file still is finds the function, too.
  if (getter === undefined) return linked;
  const exported = `module.exports.${LATER}=${LATER};module.exports.loadLater=loadLater;`;
  return getter + linked.replace(/\bmodule\.exports=__toCommonJS\(\w+\);/, (found) => found + exported);
}
