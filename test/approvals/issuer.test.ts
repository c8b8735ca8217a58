import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELETION, type ServedPage, serveApprovalsPage, type Wished, withPassphrase } from '../support/approvals-page.js';
import { PASSPHRASE } from '../support/approvers.js';
import { type FakeIssuer, type Quirks, startFakeIssuer } from '../support/fake-issuer.js';
import { scratchDirectory } from '../support/scratch.js';

/** A browser as far as the page knows it. */
interface Seat {
  cookie: string;
}

describe('signing in to approve at an issuer', () => {
  let issuer: FakeIssuer;
  let served: ServedPage;

  beforeAll(async () => {
    issuer = await startFakeIssuer(undefined, () => served.now());
    const subject = (sub: string) => ({ subjects: [{ issuer: issuer.url, sub }] });
    const people = [
      { name: 'grace', added: '2026-01-01T00:00:00Z', ...subject('sub-grace') },
      withPassphrase('barbara', subject('sub-barbara')),
    ];
    served = await serveApprovalsPage(await scratchDirectory(), people, {
      issuer: { issuer: issuer.url, clientId: 'approvals' },
    });
  });
  afterAll(() => Promise.all([issuer?.stop(), served?.close()]));

  const send = async (seat: Seat, path: string, form?: Record<string, string>) => {
    const response = await fetch(`${served.url}${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { Cookie: seat.cookie },
      ...(form && { body: new URLSearchParams(form) }),
    });
    const set = response.headers.get('set-cookie')?.split(';')[0];
    if (set !== undefined) seat.cookie = set;
    return { status: response.status, location: response.headers.get('location') ?? '', html: await response.text() };
  };
  const tokenOn = (html: string): string => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const leave = async (seat: Seat, next = ''): Promise<string> =>
    (await send(seat, `/sign-in/issuer${next === '' ? '' : `?next=${next}`}`)).location;
  const arrive = (seat: Seat, address: string, quirks?: Quirks) => send(seat, `/signed-in${issuer.comeBack(address, quirks)}`);
  const signIn = async (sub = 'sub-grace'): Promise<Seat> => {
    const seat: Seat = { cookie: '' };
    expect((await arrive(seat, await leave(seat), { sub })).status).toBe(303);
    return seat;
  };
  /** Says yes, and goes to the issuer. Answers with where it was sent, or what the page says instead. */
  const sayYes = async (seat: Seat, id: string, form: Record<string, string> = {}) => {
    const { html } = await send(seat, `/${id}`);
    const shown = (await served.desk.get(id))?.shown ?? '';
    const said = { token: tokenOn(html), verdict: 'approve', by: 'issuer', shown, typed: 'ada@example.com', ...form };
    const answer = await send(seat, `/${id}`, said);
    return { ...answer, away: /url=([^"]+)"/.exec(answer.html)?.[1]?.replaceAll('&amp;', '&') ?? '' };
  };
  const wordsOn = async (id: string) => (await served.desk.get(id))?.words;
  let calls = 0;
  /** A call that cannot be undone, each of another caller. */
  const askGrave = (more: Wished = {}): Promise<string> =>
    served.ask({ review: DELETION, needs: { grave: true }, caller: { name: `bot-${++calls}` }, ...more });

  it('asks for a code with PKCE, state, nonce and the scope, and comes back below /approvals', async () => {
    const seat: Seat = { cookie: '' };
    const address = new URL(await leave(seat));
    expect(`${address.origin}${address.pathname}`).toBe(`${issuer.url}/authorize`);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: 'approvals',
      response_type: 'code',
      redirect_uri: `${served.url}/signed-in`,
      scope: 'openid clerk:approve',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^in\.\./),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('signs in who is enrolled by that subject, in a new session, and shows them the call that they came for', async () => {
    const id = await served.ask();
    const seat: Seat = { cookie: '' };
    const address = await leave(seat, id);
    const planted = seat.cookie;
    const back = await arrive(seat, address);
    expect(back.location).toBe(`/approvals/${id}`);
    expect(seat.cookie).not.toBe(planted);
    expect((await send({ cookie: planted }, `/${id}`)).status).toBe(303);
    expect((await send(seat, `/${id}`)).html).toContain('grace, by oauth');
  });

  it('signs in nobody else, and says who the issuer knows', async () => {
    const seat: Seat = { cookie: '' };
    const back = await arrive(seat, await leave(seat), { sub: 'sub-<eve>' });
    expect(back).toMatchObject({ status: 403, html: expect.stringContaining('sub-‹eve›') });
    expect((await send(seat, '')).status).toBe(303);
  });

  it.each<[what: string, quirks: Quirks]>([
    ['of another issuer', { query: { iss: 'https://evil.example' } }],
    ['an error', { query: { error: 'access_denied' } }],
    ['a code that it never gave', { query: { code: 'made-up' } }],
    ['a token of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['a token for another client', { claims: { aud: 'another' } }],
    ['a token with another nonce', { claims: { nonce: 'another' } }],
    ['a token without a nonce', { claims: { nonce: undefined } as never }],
    ['a token that has expired', { claims: { exp: 1_700_000_000 } }],
    ['a token signed by a strange key', { strangeKey: true }],
    ['without the scope', { scope: 'openid' }],
  ])('lets nobody in by an answer: %s', async (_, quirks) => {
    const seat: Seat = { cookie: '' };
    const back = await arrive(seat, await leave(seat), quirks);
    expect(back.status).toBe(403);
    expect(back.html).toContain('role="alert"');
    expect((await send(seat, '')).status).toBe(303);
  });

  it('takes an answer once, in the browser that asked, and in time', async () => {
    const seat: Seat = { cookie: '' };
    const address = await leave(seat);
    const search = issuer.comeBack(address);
    const other: Seat = { cookie: '' };
    await leave(other);
    expect(await send(other, `/signed-in${search}`)).toMatchObject({ status: 403, html: expect.stringContaining('Begin again') });
    expect((await send({ cookie: '' }, `/signed-in${search}`)).status).toBe(403);
    expect((await send(seat, `/signed-in${search.replace('state=in.', 'state=yes.')}`)).status).toBe(403);
    expect((await send(seat, '/signed-in')).status).toBe(403);
    const before: Seat = { ...seat };
    expect((await send(seat, `/signed-in${search}`)).status).toBe(303);
    expect((await send(before, `/signed-in${search}`)).status, 'a replay').toBe(403);
    const late: Seat = { cookie: '' };
    const old = issuer.comeBack(await leave(late));
    served.pass(11 * 60_000);
    expect((await send(late, `/signed-in${old}`)).status, 'after its time').toBe(403);
  });

  it('leads nowhere else after it', async () => {
    const seat: Seat = { cookie: '' };
    const address = await leave(seat, 'https%3A%2F%2Fevil.example');
    expect((await arrive(seat, address)).location).toBe('/approvals');
  });

  it('ends with the enrolment of the subject', async () => {
    const seat = await signIn('sub-barbara');
    expect((await send(seat, '')).status).toBe(200);
    await served.approvers.update('barbara', ({ subjects: _, ...rest }) => rest);
    expect((await send(seat, '')).status).toBe(303);
    await served.approvers.update('barbara', (barbara) => ({
      ...barbara,
      subjects: [{ issuer: issuer.url, sub: 'sub-barbara' }],
    }));
  });

  describe('for a grave call', () => {
    it('wants a sign-in anew, for this very call, and records it', async () => {
      const id = await askGrave();
      const seat = await signIn();
      const token = tokenOn((await send(seat, `/${id}`)).html);
      const shown = (await served.desk.get(id))?.shown ?? '';
      const plain = await send(seat, `/${id}`, { token, verdict: 'approve', shown, typed: 'ada@example.com' });
      expect(plain).toMatchObject({ status: 409, html: expect.stringContaining('Show again who you are') });
      const { away } = await sayYes(seat, id);
      const { searchParams } = new URL(away);
      expect(searchParams.get('prompt')).toBe('login');
      expect(searchParams.get('max_age')).toBe('0');
      expect(searchParams.get('nonce')).toMatch(new RegExp(`^${shown}\\.[\\w-]{43}$`));
      expect(away).not.toContain('ada');
      expect((await arrive(seat, away)).location).toBe(`/approvals/${id}`);
      expect(await wordsOn(id)).toMatchObject([{ approver: 'grace', method: 'oauth', fresh: true }]);
    });

    it.each<[what: string, quirks: Quirks]>([
      ['who signed in long ago', { claims: { auth_time: 1_700_000_000 } }],
      ['of whom it is not said when', { claims: { auth_time: undefined } as never }],
      ['who is another', { sub: 'sub-barbara' }],
      ['who is not enrolled', { sub: 'sub-eve' }],
      ['whose token names another approval', { claims: { nonce: `${'A'.repeat(43)}.${'A'.repeat(43)}` } }],
      ['who said no at the issuer', { query: { error: 'access_denied' } }],
    ])('takes no yes of somebody %s', async (_, quirks) => {
      const id = await askGrave();
      const seat = await signIn();
      const back = await arrive(seat, (await sayYes(seat, id)).away, quirks);
      expect(back).toMatchObject({ status: 403, html: expect.stringContaining('Nothing was approved.') });
      expect(await wordsOn(id)).toEqual([]);
    });

    it('takes an answer for no other call, no other session, and not twice', async () => {
      const [id, other] = [await askGrave(), await askGrave()];
      const seat = await signIn();
      const search = issuer.comeBack((await sayYes(seat, id)).away);
      expect((await send(seat, `/signed-in${search.replace(id, other)}`)).status).toBe(403);
      expect((await send(await signIn(), `/signed-in${search}`)).status).toBe(403);
      expect(await wordsOn(id)).toEqual([]);
      expect((await send(seat, `/signed-in${search}`)).status).toBe(303);
      expect((await send(seat, `/signed-in${search}`)).status, 'a replay').toBe(403);
      expect(await wordsOn(id)).toHaveLength(1);
      expect(await wordsOn(other)).toEqual([]);
    });

    it('wants the word that must be typed, and what was shown, before it leads to the issuer', async () => {
      const id = await askGrave();
      const seat = await signIn();
      expect(await sayYes(seat, id, { typed: 'ada@example.org' })).toMatchObject({ status: 409, away: '' });
      expect(await sayYes(seat, id, { shown: 'A'.repeat(43) })).toMatchObject({ status: 409, away: '' });
      expect(await sayYes(seat, id, { token: '' })).toMatchObject({ status: 403, away: '' });
    });

    it('does not count where meanwhile the call has expired, or was declined', async () => {
      const [expiring, declined] = [await askGrave({ lifetimeMs: 60_000 }), await askGrave()];
      const seat = await signIn();
      const late = issuer.comeBack((await sayYes(seat, declined)).away);
      const barbara = await served.approvers.find('barbara');
      const shown = (await served.desk.get(declined))?.shown ?? '';
      if (barbara === undefined) throw new Error('barbara is not enrolled');
      await served.desk.decide(declined, { verdict: 'decline', approver: barbara, method: 'oauth', shown, lookedMs: 1 });
      expect((await send(seat, `/signed-in${late}`)).status).toBe(403);
      const search = issuer.comeBack((await sayYes(seat, expiring)).away);
      served.pass(61_000);
      expect((await send(seat, `/signed-in${search}`)).status).toBe(403);
      expect([await wordsOn(declined), await wordsOn(expiring)]).toEqual([[], []]);
    });

    it('is no passkey', async () => {
      const id = await askGrave({ needs: { grave: true, passkey: true } });
      const seat = await signIn();
      const { html } = await send(seat, `/${id}`);
      expect(html).not.toContain('signing in anew');
      expect((await arrive(seat, (await sayYes(seat, id)).away)).html).toContain('The policy wants a passkey');
      expect(await wordsOn(id)).toEqual([]);
    });

    it('can be said so by who has signed in with the passphrase', async () => {
      const id = await askGrave();
      const seat: Seat = { cookie: '' };
      const token = tokenOn((await send(seat, '/sign-in')).html);
      await send(seat, '/sign-in', { token, name: 'barbara', passphrase: PASSPHRASE });
      await arrive(seat, (await sayYes(seat, id)).away, { sub: 'sub-barbara' });
      expect(await wordsOn(id)).toMatchObject([{ approver: 'barbara', method: 'oauth', fresh: true }]);
    });

    it('is the word of the caller where that is the same subject: it takes another person', async () => {
      const id = await askGrave({ needs: { grave: true, two: true }, caller: { name: 'sub-grace' } });
      const seat = await signIn();
      await arrive(seat, (await sayYes(seat, id)).away);
      expect(await wordsOn(id)).toMatchObject([{ approver: 'grace', own: true }]);
      await served.approvers.add(withPassphrase('grace2', { callers: ['sub-grace'] }));
      const grace2 = await served.approvers.find('grace2');
      const shown = (await served.desk.get(id))?.shown ?? '';
      if (grace2 === undefined) throw new Error('grace2 is not enrolled');
      const say = { verdict: 'approve', shown, typed: 'ada@example.com', lookedMs: 1 } as const;
      const fresh = { method: 'passphrase' } as const;
      expect(await served.desk.decide(id, { ...say, approver: grace2, method: 'passphrase', fresh })).toMatchObject({
        why: 'own',
      });
      const barbara = await signIn('sub-barbara');
      await arrive(barbara, (await sayYes(barbara, id)).away, { sub: 'sub-barbara' });
      expect(await wordsOn(id)).toMatchObject([{ own: true }, { approver: 'barbara', own: false }]);
    });
  });

  it('reaches who is enrolled by a subject at this issuer alone', async () => {
    const needs = { passkey: false, two: true, byAnother: false, approvers: [], grave: true };
    expect(await served.desk.reaches({ ...needs, two: false, approvers: [['grace']] }, { name: 'bot' })).toBe(true);
    expect(await served.desk.reaches({ ...needs, passkey: true }, { name: 'bot' })).toBe(false);
    await served.approvers.update('grace', (grace) => ({ ...grace, subjects: [{ issuer: 'https://other.example', sub: 'x' }] }));
    expect(await served.desk.reaches({ ...needs, two: false, approvers: [['grace']] }, { name: 'bot' })).toBe(false);
    await served.approvers.update('grace', (grace) => ({ ...grace, subjects: [{ issuer: issuer.url, sub: 'sub-grace' }] }));
  });

  it('tells the log why it failed, without codes or tokens', async () => {
    const seat: Seat = { cookie: '' };
    const search = issuer.comeBack(await leave(seat), { strangeKey: true });
    await send(seat, `/signed-in${search}`);
    const said = served.complaints.join('\n');
    expect(said).toContain('signing in at the issuer: ');
    expect(said).not.toContain(new URLSearchParams(search).get('code'));
    expect(said).not.toMatch(/eyJ/);
  });
});

describe('a confidential client', () => {
  it.each([
    ['client_secret_basic', { authorization: expect.stringMatching(/^Basic /) }],
    ['client_secret_post', { authorization: undefined }],
  ])('shows its secret as the issuer takes it: %s', async (method, shows) => {
    const issuer = await startFakeIssuer([method]);
    const people = [{ name: 'grace', added: '2026-01-01T00:00:00Z', subjects: [{ issuer: issuer.url, sub: 'sub-grace' }] }];
    const served = await serveApprovalsPage(await scratchDirectory(), people, {
      issuer: { issuer: issuer.url, clientId: 'approvals', clientSecret: 'a-secret-of-the-client' },
    });
    const left = await fetch(`${served.url}/sign-in/issuer`, { redirect: 'manual' });
    const headers = { Cookie: left.headers.get('set-cookie')?.split(';')[0] ?? '' };
    const search = issuer.comeBack(left.headers.get('location') ?? '');
    expect((await fetch(`${served.url}/signed-in${search}`, { headers, redirect: 'manual' })).status).toBe(303);
    expect(issuer.asked).toMatchObject([shows]);
    expect(issuer.asked[0]?.body.get('client_secret')).toBe(method === 'client_secret_post' ? 'a-secret-of-the-client' : null);
    await Promise.all([issuer.stop(), served.close()]);
  });

  it('says so where the issuer cannot be asked, and people can sign in otherwise', async () => {
    const issuer = await startFakeIssuer();
    const served = await serveApprovalsPage(await scratchDirectory(), [withPassphrase('grace')], {
      issuer: { issuer: issuer.url, clientId: 'approvals' },
    });
    await issuer.stop();
    const left = await fetch(`${served.url}/sign-in/issuer`, { redirect: 'manual' });
    expect(left.status).toBe(503);
    const html = await left.text();
    expect(html).toContain('The issuer cannot be reached now.');
    expect(html).toContain('Sign in with the passphrase');
    await served.close();
  });
});
