import type { SandboxRequestRecord } from './library-types.js';
import { isJson, jsonBody, type Middleware, type RoutedRequest, type SandboxResponse } from './middleware.js';

const MASK = '***';
const MOST_REQUESTS = 1000;
const MOST_BODY_BYTES = 64 * 1024;
const MOST_ANSWERED_ITEMS = 10;
/** The headers that are kept. Any other may hold a credential. */
const KEPT_HEADERS = ['content-type', 'user-agent', 'clerk-api-version'];
/** Names that carry secrets anywhere in the API, on top of those that the operation declares. */
const SECRET_NAME = /password|secret|token|ticket|digest|backup_codes|signing_key|^code$|api_?key|certificate|^jwt$|private_key/i;
/** Links that let in the bearer. */
const SECRET_LINK = /[?&#](?:__clerk_)?(?:ticket|token|key)=/;

/** Keeps the last requests, with their secrets masked before anything is kept. */
export class Recorder {
  readonly #now: () => number;
  #requests: SandboxRequestRecord[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first. */
  get requests(): readonly SandboxRequestRecord[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
  }

  readonly middleware: Middleware = async (routed, next) => {
    const response = await next(routed);
    this.#requests.push(this.#record(routed, response));
    if (this.#requests.length > MOST_REQUESTS) this.#requests.shift();
    return response;
  };

  #record({ request, operation }: RoutedRequest, { status, fault, body: answered }: SandboxResponse): SandboxRequestRecord {
    const secrets = new Set(operation?.spec.secrets ?? []);
    const query: Record<string, string[]> = {};
    for (const name of new Set(request.query.keys())) {
      query[name] = request.query.getAll(name).map((value) => (isSecret(name, secrets) ? MASK : value));
    }
    const headers: Record<string, string> = {};
    for (const name of KEPT_HEADERS) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    if (request.headers.authorization !== undefined) headers.authorization = MASK;
    const path = `/${request.segments.map(encodeURIComponent).join('/')}`;
    const body = recordBody(request, secrets);
    const name = operation?.name ?? null;
    const about = { at: this.#now(), method: request.method, path, operation: name, query, headers, body };
    return { ...about, status, answer: recordAnswer(answered, secrets), fault: fault ?? null };
  }
}

const isSecret = (name: string, secrets: ReadonlySet<string>): boolean => secrets.has(name) || SECRET_NAME.test(name);

function recordBody(request: RoutedRequest['request'], secrets: ReadonlySet<string>): unknown {
  if (request.body.length === 0) return null;
  const note = `(${request.body.length} bytes)`;
  if (!isJson(request) || request.body.length > MOST_BODY_BYTES) return note;
  try {
    return mask(jsonBody(request), secrets);
  } catch {
    return note;
  }
}

function recordAnswer(body: unknown, secrets: ReadonlySet<string>): unknown {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? `(${body.length} bytes)` : mask(body, secrets, MOST_ANSWERED_ITEMS);
}

/** What is kept of a row, with its secrets masked. */
export const masked = (value: unknown): unknown => mask(value, new Set());

/** @param mostItems How many items of each list are kept. */
function mask(value: unknown, secrets: ReadonlySet<string>, mostItems = Number.POSITIVE_INFINITY): unknown {
  if (Array.isArray(value)) {
    const kept = value.slice(0, mostItems).map((element) => mask(element, secrets, mostItems));
    return kept.length < value.length ? [...kept, `(${value.length - kept.length} more)`] : kept;
  }
  if (typeof value === 'string') return SECRET_LINK.test(value) ? MASK : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecret(name, secrets) && inner !== null && typeof inner !== 'boolean' ? MASK : mask(inner, secrets, mostItems),
    ]),
  );
}
