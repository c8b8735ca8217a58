import { build } from 'esbuild';

/** What the page runs in a browser, and which modules are in it. */
export interface BrowserScript {
  readonly text: string;
  readonly inputs: readonly string[];
}

/** @param entry the path of `browser/main.ts` */
export async function bundleBrowserScript(entry: string): Promise<BrowserScript> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}
