import { expect } from 'vitest';
import { PASSPHRASE } from './approvers.js';

/** The page of approvals, to ann, who is signed in there without a browser. */
export interface Seat {
  /** What is in the middle of a page. */
  readonly raw: (path: string) => Promise<string>;
  /** The same without tags. */
  readonly text: (path: string) => Promise<string>;
  /** Sends a form as the page would, or with another token. */
  readonly post: (path: string, fields: Readonly<Record<string, string>>) => Promise<Response>;
}

/** @param address of `/approvals` */
export async function sitDown(address: string): Promise<Seat> {
  const tokenIn = (page: string): string => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const form = await fetch(`${address}/sign-in`);
  const cookie = form.headers.get('set-cookie')?.split(';')[0] ?? '';
  const signedIn = await fetch(`${address}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ token: tokenIn(await form.text()), name: 'ann', passphrase: PASSPHRASE }),
  });
  const session = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
  const get = async (path: string): Promise<string> => {
    const response = await fetch(`${address}${path}`, { headers: { cookie: session }, redirect: 'manual' });
    expect(response.status, path).toBe(200);
    return response.text();
  };
  const token = tokenIn(await get(''));
  const raw = async (path: string): Promise<string> => (await get(path)).split('<main')[1] ?? '';
  return {
    raw,
    text: async (path) => (await raw(path)).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
    post: (path, fields) =>
      fetch(`${address}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie: session },
        body: new URLSearchParams({ token, ...fields }),
      }),
  };
}
