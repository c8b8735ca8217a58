import * as z from 'zod';
import { plain } from '../platform/plain-text.js';
import { type Approval, stateOf } from './approval.js';
import type { ApprovalDesk } from './desk.js';
import type { Unheard } from './hear.js';
import type { Session, Sessions } from './sessions.js';
import type { SignIn } from './sign-in.js';

export interface ApprovalsApiOptions {
  readonly desk: ApprovalDesk;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  /** Unix milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** An approval as people see it, and its state. */
export type ApprovalView = Approval & { readonly state: ReturnType<typeof stateOf> };

/** How large a request may be: room for a typed word and a reason. */
const LARGEST_BODY = 16 * 1024;

const signInSchema = z.strictObject({ name: z.string().max(100), passphrase: z.string().max(2000) });

const decisionSchema = z.strictObject({
  verdict: z.enum(['approve', 'decline']),
  shown: z.string().max(100),
  typed: z.string().max(1000).optional(),
  reason: z.string().max(1000).optional(),
  lookedMs: z.number().min(0).max(1e12),
  passphrase: z.string().max(2000).optional(),
});

const STATUS: Readonly<Record<Unheard, number>> = {
  not_found: 404,
  not_pending: 409,
  changed: 409,
  not_enrolled: 403,
  not_named: 403,
  passkey_needed: 403,
  fresh_needed: 403,
  wrong_word: 422,
  own: 403,
  again: 409,
};

const MESSAGES: Readonly<Record<Unheard, string>> = {
  not_found: 'No such approval.',
  not_pending: 'It no longer waits for a decision.',
  changed: 'This is not what was shown. Look again.',
  not_enrolled: 'You are no longer enrolled.',
  not_named: 'The policy wants other people to approve.',
  passkey_needed: 'The policy wants a passkey: approve it on the page.',
  fresh_needed: 'Show again who you are, for this very decision.',
  wrong_word: 'What was typed is not what was asked for.',
  own: 'It takes a person other than the caller.',
  again: 'You have approved it already. It takes another person.',
};

/** Tells a person why their decision does not count. */
export const unheardMessage = (why: Unheard): string => MESSAGES[why];

/**
 * The API behind `clerk-mcp approvals`, under `/approvals/api`. It tells nothing without a sign-in, and takes the
 * session from a header that no other site can make a browser send.
 */
export class ApprovalsApi {
  readonly #options: ApprovalsApiOptions;
  readonly #now: () => number;

  constructor(options: ApprovalsApiOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @param path what follows `/approvals/api` */
  async respond(request: Request, path: string): Promise<Response> {
    if (path === '/session' && request.method === 'POST') return this.#open(request);
    const [, token] = /^Bearer ([\w-]{43})$/.exec(request.headers.get('authorization') ?? '') ?? [];
    const session = token === undefined ? undefined : await this.#options.sessions.find(token);
    if (token === undefined || session === undefined) return fail(401, 'not_signed_in', 'Sign in first.');
    if (path === '/session' && request.method === 'DELETE') {
      await this.#options.sessions.end(token);
      return json(200, {});
    }
    if (path === '' && request.method === 'GET') {
      return json(200, { approvals: (await this.#options.desk.list()).map((approval) => this.#view(approval)) });
    }
    const [, id = '', decision] = /^\/(apr_[\w-]{22})(\/decision)?$/.exec(path) ?? [];
    if (decision === undefined && id !== '' && request.method === 'GET') return this.#show(id);
    if (decision !== undefined && request.method === 'POST') return this.#decide(request, id, session);
    return fail(404, 'not_found', 'Nothing is here.');
  }

  async #open(request: Request): Promise<Response> {
    const body = await read(request, signInSchema);
    if (body === undefined) return malformed();
    const signedIn = await this.#options.signIn.byPassphrase(body.name, body.passphrase);
    if (!signedIn.ok) return notSignedIn(signedIn);
    const { approver } = signedIn;
    return json(200, { name: approver.name, token: await this.#options.sessions.open({ approver, method: 'passphrase' }) });
  }

  async #show(id: string): Promise<Response> {
    const approval = await this.#options.desk.get(id);
    return approval === undefined ? unheard('not_found') : json(200, this.#view(approval));
  }

  async #decide(request: Request, id: string, { approver, method }: Session): Promise<Response> {
    const body = await read(request, decisionSchema);
    if (body === undefined) return malformed();
    const { passphrase, ...say } = body;
    if (passphrase !== undefined) {
      const again = await this.#options.signIn.byPassphrase(approver.name, passphrase);
      if (!again.ok) return notSignedIn(again);
    }
    const fresh = passphrase === undefined ? undefined : ({ method: 'passphrase' } as const);
    const heard = await this.#options.desk.decide(id, { ...say, approver, method, fresh });
    return heard.ok ? json(200, this.#view(heard.approval)) : unheard(heard.why);
  }

  #view(approval: Approval): ApprovalView {
    return { ...approval, state: stateOf(approval, this.#now()) };
  }
}

async function read<T>(request: Request, schema: z.ZodType<T>): Promise<T | undefined> {
  if (!/^application\/json\b/.test(request.headers.get('content-type') ?? '')) return undefined;
  try {
    return schema.safeParse(JSON.parse(await bodyText(request))).data;
  } catch {
    return undefined;
  }
}

/** @throws RangeError when it is larger than a request may be */
async function bodyText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > LARGEST_BODY) throw new RangeError('the body is too large');
  }
  return text + decoder.decode();
}

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers },
  });

const fail = (status: number, error: string, message: string, headers?: Record<string, string>): Response =>
  json(status, { error, message: plain(message, 300) }, headers);

const malformed = (): Response => fail(400, 'malformed', 'The request is malformed.');

const unheard = (why: Unheard): Response => fail(STATUS[why], why, unheardMessage(why));

function notSignedIn({ why, retryAfterMs }: { readonly why: string; readonly retryAfterMs: number }): Response {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const wait = seconds > 0 ? ` Try again in ${seconds} s.` : '';
  if (why === 'wrong') return fail(401, 'wrong', `Name or passphrase is wrong.${wait}`);
  return fail(429, why, `Too many tries.${wait}`, { 'Retry-After': String(Math.max(1, seconds)) });
}
