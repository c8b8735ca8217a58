import type { RecordStore } from '../../limits/record-store.js';
import type { Html } from '../../pages/html.js';
import { type ApprovalsApiOptions, unheardMessage } from '../api.js';
import type { Approver } from '../approver-file.js';
import type { Approvers } from '../approvers.js';
import { decisionsOf } from '../decisions.js';
import type { ApprovalsPage } from '../handler.js';
import type { Say } from '../hear.js';
import type { Insight } from '../insight.js';
import type { Undo } from '../undo.js';
import { again, message, notFound, seeOther, shown } from './answers.js';
import { type Asked, isSignedIn, type SignedIn } from './asked.js';
import { type Assets, assetAnswer, loadAssets } from './assets.js';
import { EnrolRoad } from './enrol-road.js';
import { readForm } from './form.js';
import { ARRIVAL, IssuerRoad, type IssuerSignIn } from './issuer-road.js';
import { browserOf, isOwnBrowser, isUnknownBrowser } from './own-browser.js';
import { PageKey } from './page-key.js';
import { claimedChallenge, Passkeys } from './passkeys.js';
import { UndoRoad } from './undo-road.js';
import { budgetsView } from './views/budgets.js';
import { callersView } from './views/callers.js';
import { detailView } from './views/detail.js';
import { historyView } from './views/history.js';
import type { Frame } from './views/layout.js';
import { listView } from './views/list.js';
import { recordFilters, recordView } from './views/record.js';
import { signInView } from './views/sign-in.js';
import { hostOf, setCookie, visitOf } from './visit.js';

export interface PageOptions extends ApprovalsApiOptions {
  readonly approvers: Approvers;
  readonly records: RecordStore;
  /** What is shown besides approvals. Default: nothing. */
  readonly insight?: Insight | undefined;
  /** Undoes what was done. Default: nothing can be undone. */
  readonly undo?: (() => Promise<Undo>) | undefined;
  /** Another place where people can sign in. Default: nowhere. */
  readonly issuer?: IssuerSignIn | undefined;
  /** Told when a passkey has been enrolled. */
  readonly onEnrolled?: ((name: string) => void) | undefined;
  /** Gets errors that must not be shown. */
  readonly onError: (error: unknown) => void;
}

const ID = /^\/(apr_[\w-]{22})$/;

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
  readonly #enrolment: EnrolRoad;
  readonly #issuer: IssuerRoad | undefined;
  readonly #undo: UndoRoad | undefined;
  readonly #now: () => number;

  constructor(options: PageOptions, assets: Assets) {
    this.#options = options;
    this.#assets = assets;
    this.#now = options.now ?? Date.now;
    this.#key = new PageKey(options.records, this.#now);
    this.#passkeys = new Passkeys(options);
    this.#enrolment = new EnrolRoad({ ...options, key: this.#key, passkeys: this.#passkeys });
    this.#undo = options.undo && new UndoRoad(options.undo);
    this.#issuer =
      options.issuer &&
      new IssuerRoad({
        ...options,
        ...options.issuer,
        key: this.#key,
        signInPage: (asked, next, status, said) => this.#signInPage(asked, next, status, said),
        detail: (asked, id, said) => this.#detail(asked, id, said),
      });
  }

  /** @throws StoreUnavailableError, ApproverFileError */
  async respond(request: Request, path: string): Promise<Response> {
    const base = new URL(request.url).pathname.slice(0, -path.length || undefined);
    if (path.startsWith('/assets/')) return assetAnswer(this.#assets, path.slice('/assets/'.length));
    // A link on another site comes without our cookie; loading the page once more from itself brings the cookie.
    if (isFromElsewhere(request)) return again();
    const visit = await visitOf(request, this.#options.sessions);
    const frame: Frame = {
      base,
      session: visit.session,
      formToken: await this.#key.formToken(visit.token),
      assets: {
        style: `${base}/assets/${this.#assets.style}`,
        script: `${base}/assets/${this.#assets.script}`,
        chart: `${base}/assets/${this.#assets.chart}`,
      },
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
    if (path === '/enrol') return this.#enrolment.show(asked);
    if (this.#issuer !== undefined) {
      const next = query.get('next');
      if (path === '/sign-in/issuer') return this.#issuer.leave(asked, isId(next) ? next : '');
      if (path === ARRIVAL) return this.#issuer.arrive(asked);
    }
    if (!isSignedIn(asked)) {
      const id = ID.exec(path)?.[1];
      return seeOther(`${frame.base}/sign-in${id === undefined ? '' : `?next=${id}`}`);
    }
    const id = ID.exec(path)?.[1];
    if (id !== undefined) return this.#detail(asked, id, {});
    const view = await this.#view(asked, query);
    return view === undefined ? notFound(frame) : shown(visit, 200, view);
  }

  async #view(asked: SignedIn, query: URLSearchParams): Promise<Html | undefined> {
    const { path, frame } = asked;
    const { desk, insight } = this.#options;
    switch (path) {
      case '':
      case '/':
        return listView(frame, await desk.list());
      case '/history': {
        const approvals = await desk.list();
        const decisions = await decisionsOf(approvals, query, frame.now, insight);
        return historyView(frame, { approvals, decisions, undoable: await this.#undo?.undoable(approvals) }, query);
      }
      case '/undo':
        return this.#undo?.listView(asked);
      case '/record':
        return recordView(frame, await insight?.history(recordFilters(query), query.get('from') ?? undefined), query);
      case '/callers':
        return callersView(frame, (await insight?.callers()) ?? { callers: [], sessions: [] });
      case '/budgets': {
        // Callers whose calls wait count too, even if another process received them.
        const [seen, asking] = await Promise.all([insight?.callers(), desk.list()]);
        const names = [...(seen?.callers ?? []), ...asking.map(({ caller }) => caller)].map(({ name }) => name);
        return budgetsView(frame, (await insight?.budgets([...new Set(names)])) ?? []);
      }
      default:
        return undefined;
    }
  }

  async #post(asked: Asked): Promise<Response> {
    const { path, frame, visit, request } = asked;
    const form = await readForm(request);
    if (form === undefined) return message(frame, 400, 'This cannot be done', 'What was sent is not a form of this page.');
    if (!(await this.#key.isFormToken(visit.token, form.get('token')))) {
      const text = 'The form is too old, or the browser keeps no cookies for this page. Over a network the page needs https.';
      return message(frame, 403, 'Open the page again', text);
    }
    if (path === '/sign-in') return this.#signIn(asked, form);
    if (path === '/enrol') return this.#enrolment.enrol(asked, form);
    if (!isSignedIn(asked)) return seeOther(`${frame.base}/sign-in`);
    if (path === '/sign-out') {
      await this.#options.sessions.end(visit.token);
      return seeOther(`${frame.base}/sign-in`);
    }
    if (path === '/undo' && this.#undo !== undefined) return this.#undo.begin(asked, form);
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
    const host = this.#issuerAddress && new URL(this.#issuerAddress).host;
    return shown(visit, status, signInView(frame, { challenge, next: isId(next) ? next : '', issuer: host, ...said }));
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
    // A new token, since someone else may know the browser's earlier one.
    await sessions.end(visit.token);
    const token = await sessions.open({ approver, method: answer ? 'passkey' : 'passphrase', browser: browserOf(form) });
    return seeOther(toPage(frame, next), { 'Set-Cookie': setCookie(frame.host, token) });
  }

  async #detail(
    { frame, visit }: SignedIn,
    id: string,
    said: { error?: string; status?: number; seenAt?: number; isUnproven?: boolean },
  ): Promise<Response> {
    const approval = await this.#options.desk.get(id);
    if (approval === undefined) return notFound(frame);
    const { session } = visit;
    const aftermath = approval.usedBy && (await this.#undo?.aftermath(approval.usedBy));
    const view = {
      session,
      issuer: this.#issuerAddress,
      seenAt: said.seenAt ?? frame.now,
      error: said.error,
      isUnproven: said.isUnproven === true || isUnknownBrowser(frame.host, session),
      aftermath,
    };
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
    if (verdict === 'approve' && form.get('by') === 'issuer' && this.#issuer !== undefined) {
      const said = { shown: form.get('shown') ?? '', typed: form.get('typed') ?? undefined, seenAt };
      return this.#issuer.leaveWithYes(asked, approval, said);
    }
    const fresh = verdict === 'approve' ? await this.#showAgain(asked, form, approval.shown) : undefined;
    if (fresh !== undefined && 'error' in fresh) return this.#detail(asked, id, { error: fresh.error, status: 403, seenAt });
    if (verdict === 'approve' && fresh === undefined && !isOwnBrowser(frame.host, visit.session, form)) {
      const error = unheardMessage('fresh_needed');
      return this.#detail(asked, id, { error, status: 409, seenAt, isUnproven: true });
    }
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

  get #issuerAddress(): string | undefined {
    return this.#options.issuer?.client.settings.issuer;
  }

  /** A person who approves authenticates once more if they want to or have to. */
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
}

const isId = (text: string | null): text is string => text !== null && ID.test(`/${text}`);

/** An approval, or the waiting list: whatever a link says, it leads nowhere else. */
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
