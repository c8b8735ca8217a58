import { createHash } from 'node:crypto';
import type { RecordStore } from '../../limits/record-store.js';
import { type ApprovalsApiOptions, unheardMessage } from '../api.js';
import type { Approver, Approvers } from '../approvers.js';
import type { Say } from '../desk.js';
import type { ApprovalsPage } from '../handler.js';
import { acceptInvitation, invited } from '../invitation.js';
import { readForm } from './form.js';
import type { Html } from './html.js';
import { PageKey } from './page-key.js';
import { claimedChallenge, Passkeys } from './passkeys.js';
import { browserScript } from './script.js';
import { STYLE } from './style.js';
import { detailView } from './views/detail.js';
import { creationView, enrolledView, invitationView, messageView } from './views/enrol.js';
import { historyFilter, historyView } from './views/history.js';
import type { Frame } from './views/layout.js';
import { listView } from './views/list.js';
import { signInView } from './views/sign-in.js';
import { hostOf, setCookie, type Visit, visitOf } from './visit.js';

export interface PageOptions extends ApprovalsApiOptions {
  readonly approvers: Approvers;
  readonly records: RecordStore;
  /** Told when a passkey has been enrolled. */
  readonly onEnrolled?: ((name: string) => void) | undefined;
  /** Told of what must not be shown. */
  readonly onError: (error: unknown) => void;
}

/** One request, and all that is known of who sends it. */
interface Asked {
  readonly request: Request;
  readonly path: string;
  readonly visit: Visit;
  readonly frame: Frame;
}

type SignedIn = Asked & { readonly visit: Visit & { readonly session: NonNullable<Visit['session']> } };

interface Assets {
  /** By what follows `/assets/`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
  readonly style: string;
  readonly script: string;
}

const ID = /^\/(apr_[\w-]{22})$/;

/** Nothing is loaded from elsewhere, nothing runs that is not ours, and no page can frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
};

/** The page where people look at calls and decide on them. */
export async function createPage(options: PageOptions): Promise<ApprovalsPage> {
  const page = new Page(options, await loadAssets());
  return (request, path) => page.respond(request, path);
}

class Page {
  readonly #options: PageOptions;
  readonly #assets: Assets;
  readonly #key: PageKey;
  readonly #passkeys: Passkeys;
  readonly #now: () => number;

  constructor(options: PageOptions, assets: Assets) {
    this.#options = options;
    this.#assets = assets;
    this.#now = options.now ?? Date.now;
    this.#key = new PageKey(options.records, this.#now);
    this.#passkeys = new Passkeys(options);
  }

  /** @throws StoreUnavailableError, ApproverFileError */
  async respond(request: Request, path: string): Promise<Response> {
    const base = new URL(request.url).pathname.slice(0, -path.length || undefined);
    if (path.startsWith('/assets/')) return this.#asset(path.slice('/assets/'.length));
    // A link that another site shows brings no cookie of ours along; the page itself asks once more, and does.
    if (isFromElsewhere(request)) return again(`${base}${path}`);
    const visit = await visitOf(request, this.#options.sessions);
    const frame: Frame = {
      base,
      session: visit.session,
      formToken: await this.#key.formToken(visit.token),
      assets: { style: `${base}/assets/${this.#assets.style}`, script: `${base}/assets/${this.#assets.script}` },
      host: hostOf(request),
      now: this.#now(),
    };
    const asked: Asked = { request, path, visit, frame };
    if (request.method === 'GET' || request.method === 'HEAD') return this.#get(asked);
    if (request.method === 'POST') return this.#post(asked);
    return message(frame, 405, 'This cannot be done', 'The page takes GET and POST.');
  }

  async #get(asked: Asked): Promise<Response> {
    const { path, frame, visit, request } = asked;
    const query = new URL(request.url).searchParams;
    if (path === '/sign-in') {
      if (visit.session !== undefined) return seeOther(toPage(frame, query.get('next')));
      return this.#signInPage(asked, query.get('next'));
    }
    if (path === '/enrol') return shown(visit, 200, invitationView(frame));
    if (!isSignedIn(asked)) {
      const id = ID.exec(path)?.[1];
      return seeOther(`${frame.base}/sign-in${id === undefined ? '' : `?next=${id}`}`);
    }
    const { desk } = this.#options;
    if (path === '' || path === '/') return shown(visit, 200, listView(frame, await desk.list()));
    if (path === '/history') return shown(visit, 200, historyView(frame, await desk.list(), historyFilter(query)));
    const id = ID.exec(path)?.[1];
    return id === undefined ? notFound(frame) : this.#detail(asked, id, {});
  }

  async #post(asked: Asked): Promise<Response> {
    const { path, frame, visit, request } = asked;
    const form = await readForm(request);
    if (form === undefined) return message(frame, 400, 'This cannot be done', 'What was sent is no form of this page.');
    if (!(await this.#key.isFormToken(visit.token, form.get('token')))) {
      const text = 'The form is too old, or the browser keeps no cookies for this page. Over a network the page needs https.';
      return message(frame, 403, 'Open the page anew', text);
    }
    if (path === '/sign-in') return this.#signIn(asked, form);
    if (path === '/enrol') return this.#enrol(asked, form);
    if (!isSignedIn(asked)) return seeOther(`${frame.base}/sign-in`);
    if (path === '/sign-out') {
      await this.#options.sessions.end(visit.token);
      return seeOther(`${frame.base}/sign-in`);
    }
    const id = ID.exec(path)?.[1];
    return id === undefined ? notFound(frame) : this.#decide(asked, id, form);
  }

  async #signInPage(
    { frame, visit }: Asked,
    next: string | null,
    status = 200,
    said?: { name?: string; error: string },
  ): Promise<Response> {
    const challenge = await this.#key.challenge(visit.token, 'sign-in');
    return shown(visit, status, signInView(frame, { challenge, next: isId(next) ? next : '', ...said }));
  }

  async #signIn(asked: Asked, form: URLSearchParams): Promise<Response> {
    const { frame, visit } = asked;
    const { signIn, sessions } = this.#options;
    const next = form.get('next');
    const answer = form.get('passkey');
    const name = form.get('name') ?? '';
    let approver: Approver | undefined;
    if (answer) {
      const challenge = claimedChallenge(answer);
      const isOurs = await this.#key.isChallenge(visit.token, 'sign-in', challenge);
      approver = isOurs ? await this.#passkeys.whoSigned(answer, challenge, frame.host) : undefined;
      if (approver === undefined) {
        return this.#signInPage(asked, next, 401, { error: 'This passkey does not open anything here. Try again.' });
      }
    } else {
      const signedIn = await signIn.byPassphrase(name.slice(0, 100), form.get('passphrase') ?? '');
      if (!signedIn.ok) return this.#signInPage(asked, next, ...notSignedIn(name, signedIn));
      approver = signedIn.approver;
    }
    // A new token: what the browser had before may be known to another.
    await sessions.end(visit.token);
    const token = await sessions.open({ approver, method: answer ? 'passkey' : 'passphrase' });
    return seeOther(toPage(frame, next), { 'Set-Cookie': setCookie(frame.host, token) });
  }

  async #enrol({ frame, visit }: Asked, form: URLSearchParams): Promise<Response> {
    const { approvers } = this.#options;
    const secret = form.get('secret') ?? '';
    const answer = form.get('passkey');
    const approver = await invited(approvers, secret, frame.now);
    if (approver === undefined) {
      const error = 'This link was used, or has expired. Make a new one: clerk-mcp approver add NAME --passkey';
      return shown(visit, 403, invitationView(frame, error));
    }
    const purpose = `enrol ${approver.name}`;
    if (!answer) {
      const creation = await this.#passkeys.creation(approver, await this.#key.challenge(visit.token, purpose), frame.host);
      return shown(visit, 200, creationView(frame, approver.name, secret, JSON.stringify(creation)));
    }
    const challenge = claimedChallenge(answer);
    const isOurs = await this.#key.isChallenge(visit.token, purpose, challenge);
    const passkey = isOurs ? await this.#passkeys.created(answer, challenge, frame.host, frame.now) : undefined;
    if (passkey === undefined)
      return shown(visit, 400, invitationView(frame, 'The passkey could not be checked. Open the link again.'));
    const accepted = await acceptInvitation(approvers, approver, secret, frame.now, (known) => ({
      ...known,
      passkeys: [...(known.passkeys ?? []), passkey],
    }));
    if (!accepted) return shown(visit, 403, invitationView(frame, 'This link was used meanwhile.'));
    this.#options.onEnrolled?.(approver.name);
    return shown(visit, 200, enrolledView(frame, approver.name));
  }

  async #detail(
    { frame, visit }: SignedIn,
    id: string,
    said: { error?: string; status?: number; seenAt?: number },
  ): Promise<Response> {
    const approval = await this.#options.desk.get(id);
    if (approval === undefined) return notFound(frame);
    const view = { session: visit.session, seenAt: said.seenAt ?? frame.now, error: said.error };
    return shown(visit, said.status ?? 200, detailView(frame, approval, view));
  }

  async #decide(asked: SignedIn, id: string, form: URLSearchParams): Promise<Response> {
    const { frame, visit } = asked;
    const { desk } = this.#options;
    const approval = await desk.get(id);
    if (approval === undefined) return notFound(frame);
    const seen = Number(form.get('seen'));
    const seenAt = Number.isSafeInteger(seen) && seen >= approval.createdAt && seen <= frame.now ? seen : frame.now;
    const verdict = form.get('verdict') === 'approve' ? 'approve' : 'decline';
    const fresh = verdict === 'approve' ? await this.#showAgain(asked, form, approval.shown) : undefined;
    if (fresh !== undefined && 'error' in fresh) return this.#detail(asked, id, { error: fresh.error, status: 403, seenAt });
    const { approver, method } = visit.session;
    const heard = await desk.decide(id, {
      verdict,
      approver,
      method,
      shown: form.get('shown') ?? '',
      typed: form.get('typed') ?? undefined,
      reason: form.get('reason') ?? undefined,
      lookedMs: frame.now - seenAt,
      fresh,
    });
    if (!heard.ok) return this.#detail(asked, id, { error: unheardMessage(heard.why), status: 409, seenAt });
    return seeOther(`${frame.base}/${id}`);
  }

  /** Who gives their word shows once more who they are, where they want to or have to. */
  async #showAgain(
    { frame, visit }: SignedIn,
    form: URLSearchParams,
    challenge: string,
  ): Promise<Say['fresh'] | { error: string }> {
    const { approver } = visit.session;
    const answer = form.get('passkey');
    const passphrase = form.get('passphrase');
    if (answer) {
      const signer = await this.#passkeys.whoSigned(answer, challenge, frame.host);
      if (signer?.name === approver.name) return { method: 'passkey', challenge };
      return { error: 'This passkey did not sign what is shown, or is not yours. Nothing was approved.' };
    }
    if (!passphrase) return undefined;
    const again = await this.#options.signIn.byPassphrase(approver.name, passphrase);
    if (again.ok) return { method: 'passphrase' };
    return { error: `${notSignedIn(approver.name, again)[1].error} Nothing was approved.` };
  }

  #asset(name: string): Response {
    const file = this.#assets.files.get(name);
    if (file === undefined) return new Response('Nothing is here.\n', { status: 404, headers: HEADERS });
    const headers = { ...HEADERS, 'Content-Type': file.type, 'Cache-Control': 'public, max-age=31536000, immutable' };
    return new Response(file.text, { headers });
  }
}

async function loadAssets(): Promise<Assets> {
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

const isSignedIn = (asked: Asked): asked is SignedIn => asked.visit.session !== undefined;

const isId = (text: string | null): text is string => text !== null && ID.test(`/${text}`);

/** An approval, or what waits: nothing that a link says leads anywhere else. */
const toPage = ({ base }: Frame, next: string | null): string => (isId(next) ? `${base}/${next}` : base);

const isFromElsewhere = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.get('sec-fetch-site') === 'cross-site';

function notSignedIn(
  name: string,
  { why, retryAfterMs }: { readonly why: string; readonly retryAfterMs: number },
): [status: number, said: { name: string; error: string }] {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const wait = seconds > 0 ? ` Try again in ${seconds} s.` : '';
  if (why === 'wrong') return [401, { name, error: `The name or the passphrase is wrong.${wait}` }];
  return [429, { name, error: `There were too many tries.${wait}` }];
}

const page = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  });

const shown = ({ cookie }: Visit, status: number, { text }: Html): Response =>
  page(status, text, cookie === undefined ? {} : { 'Set-Cookie': cookie });

const message = (frame: Frame, status: number, title: string, text: string): Response =>
  page(status, messageView(frame, title, text).text);

const notFound = (frame: Frame): Response =>
  message(frame, 404, 'Not found', 'There is no such approval, or it was too long ago.');

const seeOther = (location: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { ...HEADERS, Location: location, 'Cache-Control': 'no-store', ...headers } });

/** Only a path of this server that was asked for is written here, in the form in which a URL holds it. */
const again = (path: string): Response => {
  const target = path.replace(/[^\w/.~-]/g, '');
  return page(
    200,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>clerk-mcp</title></head><body><p><a href="${target}">Go on</a></p></body></html>`,
  );
};
