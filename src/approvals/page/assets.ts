import { createHash } from 'node:crypto';
import { STYLE } from '../../pages/style.js';
import { HEADERS } from './answers.js';
import { browserScript } from './script.js';

/** The files that the page loads. */
export interface Assets {
  /** Keyed by the path after `/assets/`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
  readonly style: string;
  readonly script: string;
  /** The script for the chart, which only one view needs. */
  readonly chart: string;
}

export async function loadAssets(): Promise<Assets> {
  const [script, chart] = await Promise.all([browserScript('main'), browserScript('chart')]);
  const named = (text: string, ending: string): string =>
    `${createHash('sha256').update(text).digest('base64url').slice(0, 16)}.${ending}`;
  const assets = { style: named(STYLE, 'css'), script: named(script, 'js'), chart: named(chart, 'js') };
  const asScript = (text: string) => ({ type: 'text/javascript; charset=utf-8', text });
  const files = new Map([
    [assets.style, { type: 'text/css; charset=utf-8', text: STYLE }],
    [assets.script, asScript(script)],
    [assets.chart, asScript(chart)],
  ]);
  return { ...assets, files };
}

/** @param name the path after `/assets/` */
export function assetAnswer(assets: Assets, name: string): Response {
  const file = assets.files.get(name);
  if (file === undefined) return new Response('Nothing is here.\n', { status: 404, headers: HEADERS });
  const headers = { ...HEADERS, 'Content-Type': file.type, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return new Response(file.text, { headers });
}
