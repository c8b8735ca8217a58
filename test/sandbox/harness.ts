import type { SandboxOptions } from '../../src/sandbox/options.js';
import type { SeedDescription } from '../../src/sandbox/seed/description.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.js';
import { afterEveryTest } from '../support/ends.js';
import { checkExchanges, watchExchange } from '../support/published/watch.js';

/** The JSON of an answer, read without ceremony. What is at the bottom is compared, never trusted. */
export interface Json {
  readonly [key: string]: Json;
}

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Json;
  /** `code` of the first error. */
  readonly code: string | undefined;
  /** `meta.param_name` of the first error. */
  readonly param: string | undefined;
}

export interface Client {
  readonly sandbox: Sandbox;
  /** What the sandbox's clock says; the test may move it. */
  readonly clock: { now: number };
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body?: unknown): Promise<Answer>;
  put(path: string, body?: unknown): Promise<Answer>;
  json(method: string, path: string, body?: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Sends a file in the multipart field `file`. */
  upload(method: string, path: string, bytes: Uint8Array, fields?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, init?: { headers?: Record<string, string>; body?: string | FormData }): Promise<Answer>;
}

/** 2026-01-15T12:00:00Z: late enough for every seed, and always the same. */
export const NOON = Date.UTC(2026, 0, 15, 12);

/** The newest version of the API that has a document. A request may name another. */
const VERSION = '2026-05-12';
const SESSION_VERIFICATION = /^\/sessions\/[^/]+\/verify$/;
const LAST_WITH_SESSION_VERIFICATION = '2024-10-01';

/** An instance that asks for less than a new one, so that a test makes only what it is about. */
export const EASY = {
  password_required: false,
  organizations: { slug_disabled: false, domains_enabled: true },
} satisfies SeedDescription['settings'];

const withSettings = (seed: NonNullable<SandboxOptions['seed']> = {}): NonNullable<SandboxOptions['seed']> =>
  typeof seed === 'object' ? { settings: EASY, ...seed } : seed;

const open: Sandbox[] = [];
afterEveryTest.push(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  await checkExchanges();
});

/** A sandbox of the test's own, closed when the test ends. Every exchange with it must be as Clerk's documents say. */
export async function openSandbox(options: SandboxOptions = {}): Promise<Client> {
  const clock = { now: NOON };
  const failures: unknown[] = [];
  const sandbox = await startSandbox({
    now: () => clock.now,
    log: (message, error) => failures.push(message, error),
    onAnswer: watchExchange,
    ...options,
    seed: withSettings(options.seed),
  });
  open.push(sandbox);

  const send: Client['send'] = async (method, path, init = {}) => {
    const named = SESSION_VERIFICATION.test(path) ? LAST_WITH_SESSION_VERIFICATION : VERSION;
    const version = path.includes('__clerk_api_version') ? {} : { 'clerk-api-version': named };
    const headers = { authorization: `Bearer ${sandbox.secretKey}`, ...version, ...init.headers };
    const response = await fetch(sandbox.url + path, {
      method,
      headers,
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    const text = await response.text();
    if (response.status === 500) throw new Error(`the sandbox failed: ${failures.map(String).join(' ')}`);
    const type = response.headers.get('content-type');
    const body = (text === '' ? null : type === 'application/json' ? JSON.parse(text) : text) as unknown as Json;
    const error = (body as unknown as { errors?: { code: string; meta?: { param_name?: string } }[] } | null)?.errors?.[0];
    return { status: response.status, type, body, code: error?.code, param: error?.meta?.param_name };
  };
  const json: Client['json'] = (method, path, body) =>
    send(method, path, body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  return {
    sandbox,
    clock,
    send,
    get: (path) => send('GET', path),
    post: (path, body) => json('POST', path, body),
    patch: (path, body) => json('PATCH', path, body),
    put: (path, body) => json('PUT', path, body),
    json,
    delete: (path) => send('DELETE', path),
    upload: (method, path, bytes, fields = {}) => {
      const form = new FormData();
      form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), 'picture');
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      return send(method, path, { body: form });
    },
  };
}

/** A new user with one e-mail address. */
export async function addUser(client: Client, email: string, more: object = {}): Promise<Json> {
  const { status, body } = await client.post('/users', { email_address: [email], ...more });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** The rows of a list, bare or paged. */
export const rowsOf = (list: Json): readonly Json[] => (Array.isArray(list) ? list : list.data) as unknown as readonly Json[];

/** The ids of a list's rows. */
export const idsOf = (list: Json): string[] => rowsOf(list).map((row) => String(row.id));

/** One pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
