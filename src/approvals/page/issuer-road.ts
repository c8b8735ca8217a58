import { createHash } from 'node:crypto';
import type { RecordStore } from '../../limits/record-store.js';
import { errorMessage } from '../../platform/error-message.js';
import { plain, quoted } from '../../platform/plain-text.js';
import { isWord } from '../../policy/confirmation/typed-word.js';
import { unheardMessage } from '../api.js';
import type { Approval } from '../approval.js';
import type { Approvers } from '../approvers.js';
import type { ApprovalDesk } from '../desk.js';
import { APPROVE_SCOPE, type Errand, type IssuerClient, IssuerError } from '../issuer/issuer-client.js';
import type { Sessions } from '../sessions.js';
import { message, page, seeOther } from './answers.js';
import type { Asked, SignedIn } from './asked.js';
import { isSignedIn } from './asked.js';
import type { PageKey } from './page-key.js';
import { goOnView } from './views/go-on.js';
import { setCookie } from './visit.js';

/** The issuer that identifies people, and the address to which it sends browsers back. */
export interface IssuerSignIn {
  readonly client: IssuerClient;
  /** The address of the page as people reach it, without a slash at the end. */
  readonly address: () => string | undefined;
}

export interface IssuerRoadOptions extends IssuerSignIn {
  readonly key: PageKey;
  readonly records: RecordStore;
  readonly approvers: Approvers;
  readonly sessions: Sessions;
  readonly desk: ApprovalDesk;
  readonly onError: (error: unknown) => void;
  /** The sign-in form, with the reason why signing in failed. */
  readonly signInPage: (asked: Asked, next: string | null, status: number, said: { error: string }) => Promise<Response>;
  /** The call, with the reason why it was not approved. */
  readonly detail: (asked: SignedIn, id: string, said: { error: string; status: number; seenAt: number }) => Promise<Response>;
}

/** A person's answer before they left to authenticate. */
interface Said {
  readonly shown: string;
  readonly typed: string | undefined;
  readonly seenAt: number;
  /** When they left. */
  readonly at: number;
}

/** The path, below the page's address, to which the issuer sends browsers back. */
export const ARRIVAL = '/signed-in';
/** Time enough to look for a telephone. */
const ERRAND_MS = 10 * 60_000;
const STATE = /^(in|yes)\.((?:apr_[\w-]{22})?)\.([\w-]{60,100})$/;
const KIND = 'issuer-errand';

/**
 * Signs people in at the issuer, and lets them approve by signing in there again. Nothing is kept for people who are not
 * signed in: `state` is signed for one browser, and the PKCE verifier and the ID token's nonce follow from it.
 */
export class IssuerRoad {
  readonly #options: IssuerRoadOptions;

  constructor(options: IssuerRoadOptions) {
    this.#options = options;
  }

  /** Sends the browser to the issuer to sign in. @param next the approval to show afterwards, or empty */
  async leave(asked: Asked, next: string): Promise<Response> {
    const { cookie } = asked.visit;
    const away = await this.#send(await this.#errand(asked, 'in', next));
    if (typeof away !== 'string') return this.#options.signInPage(asked, next, 503, away);
    return seeOther(away, cookie === undefined ? {} : { 'Set-Cookie': cookie });
  }

  /** Sends a person who approves to the issuer to sign in again, for this very call. */
  async leaveWithYes(asked: SignedIn, approval: Approval, said: Omit<Said, 'at'>): Promise<Response> {
    const { frame } = asked;
    const { word } = approval.review;
    const sorry = (error: string, status: number) =>
      this.#options.detail(asked, approval.id, { error, status, seenAt: said.seenAt });
    if (said.shown !== approval.shown) return sorry(unheardMessage('changed'), 409);
    if (word !== undefined && !isWord(said.typed, word)) return sorry(unheardMessage('wrong_word'), 409);
    const errand = await this.#errand(asked, 'yes', approval.id, { shown: said.shown, since: frame.now });
    const kept: Said = { ...said, at: frame.now };
    await this.#options.records.swap(KIND, idOf(errand.state), {
      from: undefined,
      to: JSON.stringify(kept),
      ttlMs: ERRAND_MS,
    });
    const away = await this.#send(errand);
    if (typeof away !== 'string') return sorry(`${away.error} Nothing was approved.`, 503);
    // A form may send its answer nowhere else; a page may lead there.
    return page(200, goOnView(frame, away, new URL(this.#options.client.settings.issuer).host).text);
  }

  /** A browser has come back. */
  async arrive(asked: Asked): Promise<Response> {
    const { request, visit, frame } = asked;
    const { search, searchParams } = new URL(request.url);
    const state = searchParams.get('state') ?? '';
    const [, kind, id = '', challenge = ''] = STATE.exec(state) ?? [];
    if (kind === undefined || !(await this.#options.key.isChallenge(visit.token, purposeOf(kind, id), challenge))) {
      const text = 'Signing in was not begun in this browser, or it took too long.';
      return message(frame, 403, 'Begin again', text);
    }
    if (kind === 'in') return this.#arriveToSignIn(asked, search, state, id);
    return isSignedIn(asked) ? this.#arriveWithYes(asked, search, state, id) : seeOther(`${frame.base}/sign-in?next=${id}`);
  }

  async #arriveToSignIn(asked: Asked, search: string, state: string, next: string): Promise<Response> {
    const { frame, visit } = asked;
    const { client, approvers, sessions } = this.#options;
    const { issuer } = client.settings;
    const came = await this.#whoCame(search, await this.#again(asked, state), frame.now);
    if (typeof came !== 'string') return this.#options.signInPage(asked, next, 403, came);
    const subject = { issuer, sub: came };
    const approver = await approvers.findBySubject(subject);
    if (approver === undefined) {
      const error = `The issuer knows you as ${quoted(plain(came, 255))}, but you are not enrolled here. On the machine of the server: clerk-mcp approver add NAME --issuer ${issuer} --subject SUBJECT`;
      return this.#options.signInPage(asked, next, 403, { error });
    }
    if (!(await this.#isFirst(state))) return this.#options.signInPage(asked, next, 403, { error: SORRY.refused });
    await sessions.end(visit.token);
    const token = await sessions.open({ approver, method: 'oauth', subject });
    return seeOther(next === '' ? frame.base : `${frame.base}/${next}`, { 'Set-Cookie': setCookie(frame.host, token) });
  }

  async #arriveWithYes(asked: SignedIn, search: string, state: string, id: string): Promise<Response> {
    const { frame, visit } = asked;
    const { records, client, desk, approvers } = this.#options;
    const text = await records.read(KIND, idOf(state));
    // Removed before it is used, so that it counts only once.
    if (text === undefined || !(await records.swap(KIND, idOf(state), { from: text, to: undefined, ttlMs: 0 }))) {
      return message(frame, 403, 'Begin again', 'This sign-in was used, or it took too long. Nothing was approved.');
    }
    const { shown, typed, seenAt, at } = JSON.parse(text) as Said;
    const sorry = (error: string) => this.#options.detail(asked, id, { error, status: 403, seenAt });
    const came = await this.#whoCame(search, await this.#again(asked, state, { shown, since: at }), frame.now);
    if (typeof came !== 'string') return sorry(`${came.error} Nothing was approved.`);
    const { approver } = visit.session;
    const signer = await approvers.findBySubject({ issuer: client.settings.issuer, sub: came });
    if (signer?.name !== approver.name) return sorry('Another person has signed in at the issuer. Nothing was approved.');
    const heard = await desk.decide(id, {
      verdict: 'approve',
      approver,
      method: visit.session.method,
      shown,
      typed,
      lookedMs: at - seenAt,
      fresh: { method: 'oauth', challenge: shown },
    });
    return heard.ok ? seeOther(`${frame.base}/${id}`) : sorry(unheardMessage(heard.why));
  }

  async #errand(asked: Asked, kind: string, id: string, yes?: Yes): Promise<Errand> {
    const challenge = await this.#options.key.challenge(asked.visit.token, purposeOf(kind, id), ERRAND_MS);
    return this.#again(asked, `${kind}.${id}.${challenge}`, yes);
  }

  /** The errand behind this state. For an approval the nonce names what was shown, so that the issuer signs that. */
  async #again({ visit, frame, request }: Asked, state: string, yes?: Yes): Promise<Errand> {
    const { key, address } = this.#options;
    const nonce = await key.secret(visit.token, `nonce ${state}`);
    return {
      redirect: `${address() ?? `${new URL(request.url).origin}${frame.base}`}${ARRIVAL}`,
      state,
      nonce: yes === undefined ? nonce : `${yes.shown}.${nonce}`,
      verifier: await key.secret(visit.token, `verifier ${state}`),
      since: yes?.since,
    };
  }

  #send(errand: Errand): Promise<string | { error: string }> {
    return this.#try(() => this.#options.client.addressFor(errand));
  }

  #whoCame(search: string, errand: Errand, now: number): Promise<string | { error: string }> {
    return this.#try(() => this.#options.client.whoCame(search, errand, now));
  }

  async #try(work: () => Promise<string>): Promise<string | { error: string }> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof IssuerError)) throw error;
      this.#options.onError(new Error(`signing in at the issuer: ${errorMessage(error)}`));
      return { error: SORRY[error.why] };
    }
  }

  /** Keeps a code to one use even if the issuer would not. */
  #isFirst(state: string): Promise<boolean> {
    return this.#options.records.swap(KIND, idOf(state), { from: undefined, to: 'used', ttlMs: ERRAND_MS });
  }
}

/** For an approval: what was shown, and when the person left to sign in. */
interface Yes {
  readonly shown: string;
  readonly since: number;
}

const SORRY: Readonly<Record<IssuerError['why'], string>> = {
  away: 'The issuer cannot be reached now. The server log says why.',
  refused: 'The issuer did not sign you in, or its answer is not valid. Try again.',
  scope: `The issuer did not grant the scope ${APPROVE_SCOPE}, which approvers need.`,
};

const purposeOf = (kind: string, id: string): string => `issuer ${kind} ${id}`;

const idOf = (state: string): string => createHash('sha256').update(state).digest('base64url');
