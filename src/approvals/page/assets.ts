import { createHash } from 'node:crypto';
import { STYLE } from '../../pages/style.js';
import { HEADERS } from './answers.js';
import { browserScript } from './script.js';

/** What the page loads. */
export interface Assets {
  /** By what follows `/assets/`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
  readonly style: string;
  readonly script: string;
}

export async function loadAssets(): Promise<Assets> {
  const script = await browserScript();
  const named = (text: string, ending: string): string =>
    `${createHash('sha256').update(text).digest('base64url').slice(0, 16)}.${ending}`;
  const assets = { style: named(STYLE, 'css'), script: named(script, 'js') };
  const files = new Map([
    [assets.style, { type: 'text/css; charset=utf-8', text: STYLE }],
    [assets.script, { type: 'text/javascript; charset=utf-8', text: script }],
  ]);
  return { ...assets, files };
}

/** @param name what follows `/assets/` */
export function assetAnswer(assets: Assets, name: string): Response {
  const file = assets.files.get(name);
  if (file === undefined) return new Response('Nothing is here.\n', { status: 404, headers: HEADERS });
  const headers = { ...HEADERS, 'Content-Type': file.type, 'Cache-Control': 'public, max-age=31536000, immutable' };
  return new Response(file.text, { headers });
}
