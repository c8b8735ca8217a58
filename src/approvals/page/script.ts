import { join } from 'node:path';
import { readPrepared } from '../../platform/prepared.js';

declare const __BUILT__: true | undefined;

/** What the page runs in a browser. The built program reads what the build made of it. */
export const browserScript = async (): Promise<string> =>
  typeof __BUILT__ === 'undefined'
    ? await bundleBrowserScript(join(import.meta.dirname, 'browser/main.ts'))
    : readPrepared('approvals-page.js');

/** @param entry the path of `browser/main.ts` */
export async function bundleBrowserScript(entry: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
