import { join } from 'node:path';
import { readPrepared } from '../../platform/prepared.js';

declare const __BUILT__: true | undefined;

/** What the page runs in a browser. The built program reads what the build made of it, and has no bundler in it. */
export const browserScript = async (): Promise<string> =>
  typeof __BUILT__ === 'undefined'
    ? (await (await import('./bundle-browser-script.js')).bundleBrowserScript(join(import.meta.dirname, 'browser/main.ts'))).text
    : readPrepared('approvals-page.js');
