import { build } from 'esbuild';

/** The script that the page runs in a browser, and its modules. */
export interface BrowserScript {
  readonly text: string;
  readonly inputs: readonly string[];
}

/** @param entry the path of a file in `browser/` */
export async function bundleBrowserScript(entry: string): Promise<BrowserScript> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    // The script that needs it puts it into the page.
    loader: { '.css': 'text' },
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}
