import type { ApprovalView } from '../approvals/api.js';
import { runningServers } from '../approvals/running.js';
import { ConfigError } from '../config/config-error.js';
import { UserError } from '../platform/user-error.js';

/** The server refused; the message is for a person. */
export class ApprovalsError extends UserError {
  override readonly name = 'ApprovalsError';
}

export interface Decision {
  readonly verdict: 'approve' | 'decline';
  readonly shown: string;
  readonly lookedMs: number;
  readonly passphrase: string;
  readonly typed?: string | undefined;
  readonly reason?: string | undefined;
}

const TIMEOUT_MS = 30_000;

/** One server's approvals, for a person who is signed in there. */
export class ApprovalsClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** @throws ApprovalsError where name or passphrase are wrong, or cannot be checked now */
  static async signIn(url: string, name: string, passphrase: string): Promise<ApprovalsClient> {
    const { token } = (await request(`${url}/api/session`, 'POST', undefined, { name, passphrase })) as { token: string };
    return new ApprovalsClient(url, token);
  }

  async list(): Promise<readonly ApprovalView[]> {
    const { approvals } = (await this.#request('', 'GET')) as { approvals: ApprovalView[] };
    return approvals;
  }

  async decide(id: string, decision: Decision): Promise<ApprovalView> {
    return (await this.#request(`/${id}/decision`, 'POST', decision)) as ApprovalView;
  }

  async signOut(): Promise<void> {
    await this.#request('/session', 'DELETE').catch(() => {});
  }

  #request(path: string, method: string, body?: object): Promise<unknown> {
    return request(`${this.#url}/api${path}`, method, this.#token, body);
  }
}

async function request(url: string, method: string, token: string | undefined, body?: object): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApprovalsError(`${new URL(url).origin} does not answer.`);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { message } = (answer ?? {}) as { message?: string };
  throw new ApprovalsError(message ?? `${new URL(url).origin} answered ${response.status}.`);
}

/** Where approvals are served: at the address given, or by the servers that run on this machine. @throws ConfigError */
export async function approvalServers(url: string | undefined, approversFile: string): Promise<readonly string[]> {
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new ConfigError('--url: expected the address of /approvals.');
    return [url.replace(/\/$/, '')];
  }
  const found = await runningServers(approversFile);
  if (found.length === 0) {
    throw new ConfigError(
      'No server on this machine has a call that waits. A server over HTTP on another machine is named with --url.',
    );
  }
  return found.map((server) => server.url);
}
