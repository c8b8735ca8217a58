import { join } from 'node:path';
import { readPrepared } from '../../platform/prepared.js';

declare const __BUILT__: true | undefined;

const PREPARED = { main: 'approvals-page.js', chart: 'approvals-chart.js' } as const;

/** The script that the page runs in a browser. The built program has no bundler and reads what the build made. */
export const browserScript = async (name: keyof typeof PREPARED): Promise<string> =>
  typeof __BUILT__ === 'undefined'
    ? (await (await import('./bundle-browser-script.js')).bundleBrowserScript(join(import.meta.dirname, `browser/${name}.ts`)))
        .text
    : readPrepared(PREPARED[name]);
