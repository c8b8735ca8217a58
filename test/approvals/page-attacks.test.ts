import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Insight } from '../../src/approvals/insight.js';
import type { HistoryPage } from '../../src/policy/audit/history.js';
import { DELETION, REVIEW, type ServedPage, serveApprovalsPage, withPassphrase } from '../support/approvals-page.js';
import { PASSPHRASE } from '../support/approvers.js';
import { scratchDirectory } from '../support/scratch.js';

/** A passkey in the test's own hands: it signs whatever it is asked to. */
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
const COSE = Buffer.concat([
  Buffer.from('a5010203262001215820', 'hex'),
  Buffer.from(x, 'base64url'),
  Buffer.from('225820', 'hex'),
  Buffer.from(y, 'base64url'),
]);
const PASSKEY = {
  id: 'cGFzc2tleQ',
  publicKey: COSE.toString('base64url'),
  counter: 0,
  rpId: 'localhost',
  added: '2026-01-01T00:00:00Z',
};

const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e';

/** A record in which somebody has put whatever they liked in the place of what belongs there. */
const EVIL_INSIGHT: Insight = {
  callers: async () => {
    const one = { name: EVIL, caller: EVIL, transport: 'http', client: EVIL, clientVersion: EVIL } as const;
    return { callers: [{ ...one, calls: 1, firstAt: 0, lastAt: 0 }], sessions: [{ ...one, since: 0 }] };
  },
  budgets: async () => [{ name: EVIL, of: EVIL, max: 1, per: '1h', uses: [{ caller: EVIL, used: 1, freesMs: 1 }] }],
  history: async () => {
    const texts = { operation: EVIL, caller: EVIL, client: EVIL, risk: EVIL, target: EVIL, reason: EVIL, confirmed: EVIL };
    const word = { approver: EVIL, method: EVIL, fresh: EVIL, lookedMs: EVIL };
    const approvals = [{ id: EVIL, shown: EVIL, shownText: EVIL, words: [word, null, 7] }, { words: EVIL }, EVIL];
    const lines = approvals.map((approval) => ({ ...texts, time: EVIL, seq: EVIL, args: { [EVIL]: EVIL }, approval }));
    const entries = lines.map((line) => ({ line, intact: false, end: 'done', outcome: line }));
    return { entries, older: EVIL, backTo: EVIL } as unknown as HistoryPage;
  },
  decisions: async () => undefined,
};

interface Made {
  readonly origin: string;
  readonly challenge: string;
  readonly rpId?: string;
  /** 5: somebody was there, and showed who they are. */
  readonly flags?: number;
}

function assertion({ origin, challenge, rpId = 'localhost', flags = 5 }: Made): string {
  const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
  const authenticatorData = Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags, 0, 0, 0, 0])]);
  const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
  return JSON.stringify({
    id: PASSKEY.id,
    rawId: PASSKEY.id,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, privateKey).toString('base64url'),
    },
  });
}

describe('attacks on the page of approvals', () => {
  let served: ServedPage;

  beforeAll(async () => {
    const people = [withPassphrase('grace', { passkeys: [PASSKEY] }), withPassphrase('barbara')];
    served = await serveApprovalsPage(await scratchDirectory(), people, { insight: EVIL_INSIGHT });
  });
  afterAll(() => served?.close());

  /** With headers that `fetch` sets itself. */
  const raw = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; cookies: string[] | undefined; html: string }>((resolve, reject) => {
      const request = get(`${served.url}${path}`, { headers }, async (response) => {
        const chunks = await response.setEncoding('utf8').toArray();
        resolve({ status: response.statusCode, cookies: response.headers['set-cookie'], html: chunks.join('') });
      });
      request.on('error', reject);
    });

  interface Seat {
    cookie: string;
    /** Of the form that was seen last. */
    token: string;
    html: string;
  }
  const value = (html: string, pattern: RegExp): string => (pattern.exec(html)?.[1] ?? '').replaceAll('&quot;', '"');
  const look = async (path: string, seat?: Partial<Seat>): Promise<Seat & { status: number }> => {
    const response = await fetch(`${served.url}${path}`, { headers: { Cookie: seat?.cookie ?? '' }, redirect: 'manual' });
    const html = await response.text();
    const set = response.headers.get('set-cookie')?.split(';')[0];
    return {
      status: response.status,
      html,
      cookie: set ?? seat?.cookie ?? '',
      token: value(html, /name="token" value="([^"]+)"/),
    };
  };
  const post = (path: string, seat: Seat, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${served.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: seat.cookie, Origin: served.origin, ...headers },
      body: new URLSearchParams({ token: seat.token, ...fields }),
    });
  const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';
  const signIn = async (name = 'grace'): Promise<Seat> => {
    const response = await post('/sign-in', await look('/sign-in'), { name, passphrase: PASSPHRASE });
    expect(response.status).toBe(303);
    return look('/history', { cookie: cookieOf(response) });
  };
  const shownOf = async (id: string): Promise<string> => (await served.desk.get(id))?.shown ?? '';
  const words = async (id: string) => (await served.desk.get(id))?.words.length;

  it('hears no word that another site sends, whatever it knows', async () => {
    const id = await served.ask();
    const seat = await signIn();
    const fields = { verdict: 'approve', shown: await shownOf(id) };
    const sent = [
      await post(`/${id}`, seat, fields, { Origin: 'https://evil.example' }),
      await post(`/${id}`, seat, fields, { Origin: 'null' }),
      await post(`/${id}`, seat, fields, { 'Sec-Fetch-Site': 'cross-site' }),
      await post(`/${id}`, seat, fields, { 'Sec-Fetch-Site': 'same-site' }),
      await post(`/${id}`, { ...seat, token: (await look('/sign-in')).token }, fields),
      await post(`/${id}`, { ...seat, token: '' }, fields),
      await post(`/${id}`, seat, fields, { 'Content-Type': 'text/plain' }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 400]);
    expect(await words(id)).toBe(0);
  });

  it('answers to no other name, so that none can be pointed here', async () => {
    const { port } = new URL(served.origin);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost', `localhost.evil.example:${port}`]) {
      const { status } = await raw('/sign-in', { Host: host });
      expect(status, host).toBe(403);
    }
  });

  it('cannot be put into a frame, runs nothing that is not its own, and keeps its cookie to itself', async () => {
    const id = await served.ask();
    const { cookie } = await signIn();
    for (const path of ['', `/${id}`, '/history', '/sign-in', '/enrol', '/nothing']) {
      const { headers } = await fetch(`${served.url}${path}`, { headers: { Cookie: cookie }, redirect: 'manual' });
      const policy = headers.get('content-security-policy') ?? '';
      for (const part of [
        "default-src 'none'",
        "script-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]) {
        expect(policy.split('; '), path).toContain(part);
      }
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const { headers } = await fetch(`${served.url}/sign-in`);
    expect(headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict$/);
  });

  it('shows script in names, inputs, metadata and reasons as the text that it is', async () => {
    const evil = EVIL;
    const id = await served.ask({
      review: {
        ...REVIEW,
        title: evil,
        target: evil,
        effects: [evil],
        details: [evil],
        parties: [{ id: evil, name: evil }],
        inputs: [{ name: evil, value: evil, items: undefined, lines: [evil, `- ${evil}`, `  ${evil}`] }],
        instance: { kind: 'live', domain: evil, text: evil },
        question: evil,
        word: evil,
      },
      request: { method: 'POST', path: `/users/${evil}`, query: { [evil]: evil }, body: { public_metadata: { [evil]: evil } } },
      caller: { name: evil, clientName: evil, clientVersion: evil },
      changed: [evil],
      needs: { grave: true },
    });
    const seat = await signIn();
    const filled = ['caller', 'operation', 'risk', 'end', 'approver', 'since', 'from'].map(
      (name) => [name, evil] as [string, string],
    );
    const beside = ['/callers', '/budgets', '/record', `/record?${new URLSearchParams(filled)}`];
    for (const path of ['', `/${id}`, `/history?q=${encodeURIComponent(evil)}&state=${encodeURIComponent(evil)}`, ...beside]) {
      const { html } = await look(path, seat);
      expect(html, path).not.toMatch(/<script>|<img/);
    }
    expect((await look(`/${id}`, seat)).html).toContain('\\u{202e}');
    await post(`/${id}`, seat, { verdict: 'decline', shown: await shownOf(id), reason: evil });
    expect((await look(`/${id}`, seat)).html).not.toMatch(/<script>|<img/);
  });

  it('tells nothing by a stolen link, not even whether there is such a call', async () => {
    const id = await served.ask();
    for (const path of [`/${id}`, '/apr_0000000000000000000000']) {
      const { status, html } = await look(path);
      expect({ status, html }).toEqual({ status: 303, html: '' });
    }
    const { html } = await look(`/sign-in?next=${id}`);
    expect(html).not.toContain(REVIEW.title);
    const seat = await look('/sign-in');
    expect((await post(`/${id}`, seat, { verdict: 'approve', shown: await shownOf(id) })).headers.get('location')).toMatch(
      /sign-in$/,
    );
    expect(await words(id)).toBe(0);
  });

  it('leads nowhere else after signing in', async () => {
    for (const next of ['https://evil.example', '//evil.example', '/../../evil', 'apr_short']) {
      const response = await post('/sign-in', await look('/sign-in'), { name: 'barbara', passphrase: PASSPHRASE, next });
      expect(response.headers.get('location')).toBe('/approvals');
    }
  });

  it('gives a new session at sign-in, so that one which was planted before is worth nothing, and ends it at sign-out', async () => {
    const planted = await look('/sign-in');
    const response = await post('/sign-in', planted, { name: 'grace', passphrase: PASSPHRASE });
    expect(cookieOf(response)).not.toBe(planted.cookie);
    expect((await look('', planted)).status).toBe(303);
    const seat = await look('/history', { cookie: cookieOf(response) });
    expect(seat.status).toBe(200);
    await post('/sign-out', seat, {});
    expect((await look('', seat)).status).toBe(303);
  });

  it('slows the guessing of a passphrase, at sign-in and at an approval alike', async () => {
    const seat = await signIn('barbara');
    const id = await served.ask({ needs: { grave: true } });
    const tries = [];
    for (const passphrase of ['one', 'two', 'three', 'four', PASSPHRASE]) {
      tries.push(await (await post(`/${id}`, seat, { verdict: 'approve', shown: await shownOf(id), passphrase })).text());
    }
    expect(tries.at(-1)).toContain('There were too many tries.');
    const again = await post('/sign-in', await look('/sign-in'), { name: 'barbara', passphrase: PASSPHRASE });
    expect(again.status).toBe(429);
    expect(await words(id)).toBe(0);
  });

  it('signs in by a challenge that it gave to this browser, once', async () => {
    const seat = await look('/sign-in');
    const challenge = value(seat.html, /&quot;challenge&quot;:&quot;([\w-]+)/);
    const signed = assertion({ origin: served.origin, challenge });
    const refused = [
      await post('/sign-in', await look('/sign-in'), { passkey: signed }),
      await post('/sign-in', seat, { passkey: assertion({ origin: served.origin, challenge: 'bm90IG91cnM' }) }),
      await post('/sign-in', seat, { passkey: assertion({ origin: 'https://evil.example', challenge }) }),
      // A page that looks like ours, on another port of this machine.
      await post('/sign-in', seat, { passkey: assertion({ origin: 'http://localhost:1', challenge }) }),
      await post('/sign-in', seat, { passkey: assertion({ origin: served.origin, challenge, rpId: 'evil.example' }) }),
      await post('/sign-in', seat, { passkey: assertion({ origin: served.origin, challenge, flags: 1 }) }),
      await post('/sign-in', seat, { passkey: '{"id":[]}' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect((await post('/sign-in', seat, { passkey: signed })).status).toBe(303);
    expect((await post('/sign-in', seat, { passkey: signed })).status, 'a replay').toBe(401);
    const late = await look('/sign-in');
    const old = assertion({ origin: served.origin, challenge: value(late.html, /&quot;challenge&quot;:&quot;([\w-]+)/) });
    served.pass(6 * 60_000);
    expect((await post('/sign-in', late, { passkey: old })).status, 'after its time').toBe(401);
  });

  it('takes an assertion for this very approval alone, and only from its owner', async () => {
    const needs = { grave: true, passkey: true };
    const [id, other] = [await served.ask({ review: DELETION, needs }), await served.ask({ needs })];
    const [shown, shownOther] = [await shownOf(id), await shownOf(other)];
    const seat = await signIn();
    const say = (passkey: string, typed = 'ada@example.com', from = seat) =>
      post(`/${id}`, from, { verdict: 'approve', shown, typed, passkey });
    const signed = assertion({ origin: served.origin, challenge: shown });
    served.pass(60_000);
    expect((await say('')).status, 'without one').toBe(409);
    expect((await say(assertion({ origin: served.origin, challenge: shownOther }))).status, 'for another approval').toBe(403);
    expect((await say(signed, 'wrong')).status, 'with the wrong word').toBe(409);
    expect((await say(signed)).status, 'a replay').toBe(403);
    served.pass(60_000 * 10);
    const barbara = await signIn('barbara');
    expect((await say(assertion({ origin: served.origin, challenge: shown }), undefined, barbara)).status, 'of another').toBe(
      403,
    );
    expect(await words(id)).toBe(0);
    expect((await say(assertion({ origin: served.origin, challenge: shown }))).status).toBe(303);
    expect(await words(id)).toBe(1);
    expect(await words(other)).toBe(0);
  });

  it('enrols nobody by a link that has expired or that was never given', async () => {
    const seat = await look('/enrol');
    const secret = (await served.invite('barbara')).split('#')[1] ?? '';
    expect((await post('/enrol', seat, { secret: 'x'.repeat(43) })).status).toBe(403);
    const offered = await (await post('/enrol', seat, { secret })).text();
    expect(offered).toContain('A passkey for barbara');
    expect((await post('/enrol', seat, { secret, passkey: assertion({ origin: served.origin, challenge: 'x' }) })).status).toBe(
      400,
    );
    served.pass(16 * 60_000);
    expect((await post('/enrol', seat, { secret })).status).toBe(403);
  });

  it('sends a person who follows a link of another site back to themselves, where their session is', async () => {
    const { cookie } = await signIn();
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    const { cookies, html } = await raw('', { ...headers, Cookie: cookie });
    expect(cookies).toBeUndefined();
    expect(html).toContain('http-equiv="refresh"');
  });
});
