import { bearer, call, modern, openSession, type RawAnswer, readAnswer, send } from '../../test/support/raw-http.js';
import { tokenOf } from '../../test/support/token-file.js';

/** What became of a call, as far as its caller knows. */
export type End =
  /** It was carried out. */
  | 'done'
  /** It was refused or has failed, and nothing has changed. */
  | 'not done'
  /** It may have been carried out: the answer says so, or broke off in the middle. */
  | 'may be done'
  /** Nothing at all came back. */
  | 'untold';

export interface Made {
  /** Of a write: what it has of its own. */
  readonly mark: string | undefined;
  readonly end: End;
  /** In a word or two, for counting. */
  readonly why: string;
  readonly ms: number;
}

/** Nobody waits longer; what has not been answered by then was lost. */
const PATIENCE_MS = 60_000;
/** How often a call that was turned away, or whose confirmation no longer counts, is made again. */
const MOST_TRIES = 20;
const BUSY = [429, 503];

export const callerName = (nth: number): string => `caller-${nth}`;

/** Every second one speaks an earlier revision, in a session. */
export const withSession = (nth: number): boolean => nth % 2 === 1;

/** One caller: makes call after call, and starts another session where its own is gone. */
export class Caller {
  readonly made: Made[] = [];
  readonly #url: string;
  readonly #nth: number;
  readonly #auth: Record<string, string>;
  #session: Record<string, string> | undefined;
  #turn = 0;

  constructor(url: string, nth: number) {
    this.#url = url;
    this.#nth = nth;
    this.#auth = bearer(tokenOf(callerName(nth)));
  }

  async connect(): Promise<void> {
    if (withSession(this.#nth)) this.#session ??= await openSession(this.#url, this.#auth);
  }

  /** Seven reads, two writes, and one that needs a confirmation. */
  async next(): Promise<void> {
    const turn = this.#turn++;
    const mark = `mark-${this.#nth}-${turn}`;
    switch ((turn + this.#nth) % 10) {
      case 0:
        return this.#confirmed('Users_markBanned', { user_id: `user_${mark}` }, mark);
      case 3:
        return this.#make('Users_createNewUser', { first_name: mark }, mark);
      case 6:
        return this.#make('Users_updateUserAttributes', { user_id: `user_${mark}`, first_name: 'Grace' }, mark);
      default:
        return this.#make('Users_getUserDetails', { user_id: `user_${this.#nth}` }, undefined);
    }
  }

  async #make(name: string, args: object, mark: string | undefined): Promise<void> {
    const began = performance.now();
    const { end, why } = await this.#ask(name, args, mark === undefined);
    this.made.push({ mark, end, why, ms: performance.now() - began });
  }

  /** Asks for the token and uses it at once. A token that no longer counts sends nothing, so another is asked for. */
  async #confirmed(name: string, args: object, mark: string): Promise<void> {
    const began = performance.now();
    let last: Told = { end: 'not done', why: 'no token', code: undefined, token: undefined };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const asked = await this.#ask(name, args, true);
      last = asked.token === undefined ? asked : await this.#ask(name, { ...args, confirm: asked.token }, false);
      if (last.end !== 'not done' || last.code === undefined || !AGAIN.has(last.code)) break;
      await pause(100);
    }
    this.made.push({ mark, end: last.end, why: last.why, ms: performance.now() - began });
  }

  /** @param harmless whether it changes nothing, so that it can be made again where nobody knows what became of it */
  async #ask(name: string, args: object, harmless: boolean): Promise<Told> {
    let told: Told = { end: 'untold', why: 'nothing', code: undefined, token: undefined };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const answer = await this.#send(name, args);
      if (answer instanceof Error) {
        const why = answer.name === 'TimeoutError' ? 'no answer in time' : 'broke off';
        told = { end: answer.name === 'TimeoutError' ? 'untold' : 'may be done', why, code: undefined, token: undefined };
        if (!harmless || told.end === 'untold') return told;
      } else if (answer.status === 404 && this.#session !== undefined) {
        this.#session = undefined;
        told = { end: 'not done', why: 'session gone', code: undefined, token: undefined };
      } else if (BUSY.includes(answer.status)) {
        told = { end: 'not done', why: `turned away ${answer.status}`, code: undefined, token: undefined };
        await pause(1000 * Number(answer.headers.get('retry-after') ?? 1));
      } else {
        told = read(answer);
        if (!(harmless && told.end === 'may be done')) return told;
      }
    }
    return told;
  }

  async #send(name: string, args: object): Promise<RawAnswer | Error> {
    try {
      await this.connect();
      const signal = AbortSignal.timeout(PATIENCE_MS);
      if (this.#session !== undefined) {
        return await readAnswer(await send(`${this.#url}/mcp`, call(this.#turn, name, args), this.#session, signal));
      }
      const { body, headers } = modern('tools/call', { name, arguments: args });
      return await readAnswer(await send(`${this.#url}/mcp`, body, { ...headers, ...this.#auth }, signal));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

interface Told {
  readonly end: End;
  readonly why: string;
  readonly code: string | undefined;
  readonly token: string | undefined;
}

/** Refusals that say that nothing was sent, and may be otherwise a moment later. */
const AGAIN = new Set(['confirmation_invalid', 'policy_unavailable', 'preview_unavailable']);

function read({ status, json, text }: RawAnswer): Told {
  const result = json.result as { isError?: boolean; content?: readonly { text?: string }[] } | undefined;
  if (result === undefined) {
    // nginx says so where a server was lost, and a server where it is just ending.
    const isLost = status === 502 || status === 504;
    return {
      end: isLost || status === 200 ? 'may be done' : 'not done',
      why: `${status} ${text === '' ? 'empty' : 'error'}`,
      code: undefined,
      token: undefined,
    };
  }
  if (result.isError !== true) return { end: 'done', why: 'done', code: undefined, token: undefined };
  const { error, token, may_have_happened } = JSON.parse(result.content?.[0]?.text ?? '{}') as Record<string, unknown>;
  const end = may_have_happened === true ? 'may be done' : 'not done';
  return { end, why: String(error), code: String(error), token: typeof token === 'string' ? token : undefined };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
