import { connectHttp, type HttpClient, type HttpClientKind } from './http-clients.js';
import { type HttpProgram, startHttp } from './http-program.js';
import type { ToolResult } from './program.js';
import { tokenFile, tokenOf } from './token-file.js';

export interface LoadOptions {
  /** Who call at the same time; each has a token of their own. */
  readonly callers: number;
  /** Of all callers together. */
  readonly calls: number;
}

export interface LoadResult {
  readonly calls: number;
  /** Of every call from before it was sent until its answer was read, in milliseconds, the shortest first. */
  readonly latencies: readonly number[];
  /** From the first call to the last answer, in milliseconds. */
  readonly elapsedMs: number;
  /** What callers were told of calls that did not succeed, and whether the call was a read. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly isRead: boolean;
  /** The answer, or the error that the client threw in its place. */
  readonly answer: unknown;
}

/** What a server has left of the callers that it had. */
export interface Kept {
  readonly sessions: number;
  readonly callsInFlight: number;
}

const KINDS: readonly HttpClientKind[] = ['v2 (2026)', 'v1', 'v2 (2026)', 'v2 (2025)'];

const kindOf = (caller: number): HttpClientKind => KINDS[caller % KINDS.length] ?? 'v1';

/** Whether the caller's client begins a session, which it does not end when it leaves. */
export const withSession = (caller: number): boolean => kindOf(caller) !== 'v2 (2026)';

const nameOf = (caller: number): string => `caller-${caller}`;

/** A server with its sandbox, for so many callers. */
export class LoadedServer {
  readonly program: HttpProgram;
  readonly #users = new Map<number, string>();

  private constructor(program: HttpProgram) {
    this.program = program;
  }

  static async start(directory: string, callers: number, env: Readonly<Record<string, string>> = {}): Promise<LoadedServer> {
    const names = Array.from({ length: callers }, (_, caller) => nameOf(caller));
    const program = await startHttp({
      args: ['--sandbox', '--auth', 'token', '--tokens', await tokenFile(directory, names), '--log-level', 'info'],
      env,
    });
    return new LoadedServer(program);
  }

  /** Makes this part of the requests to the sandbox fail with 503, which it answers instead of carrying them out. */
  async failUpstream(rate: number): Promise<void> {
    const { url } = await this.program.logged('sandbox');
    const response = await fetch(new URL('/_sandbox/faults', String(url)), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault: 'error', status: 503, rate }),
    });
    if (!response.ok) throw new Error(`no faults: ${await response.text()}`);
  }

  async kept(): Promise<Kept> {
    const text = await (await fetch(`${this.program.url}/metrics`)).text();
    const figure = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    return {
      sessions: figure('clerk_mcp_sessions'),
      callsInFlight: figure('clerk_mcp_calls_in_flight'),
    };
  }

  /** Everybody connects, makes their share of the calls one after the other, and leaves. */
  async run({ callers, calls }: LoadOptions): Promise<LoadResult> {
    const clients = await Promise.all(
      Array.from({ length: callers }, (_, caller) =>
        connectHttp(kindOf(caller), this.program.url, { token: tokenOf(nameOf(caller)) }),
      ),
    );
    const latencies: number[] = [];
    const failures: Failure[] = [];
    const began = performance.now();
    let left = calls;
    await Promise.all(
      clients.map(async (client, caller) => {
        for (let turn = 0; left > 0; turn++) {
          left--;
          const started = performance.now();
          const failure = await this.#callOnce(client, caller, turn);
          latencies.push(performance.now() - started);
          if (failure !== undefined) failures.push(failure);
        }
      }),
    );
    const elapsedMs = performance.now() - began;
    await Promise.all(clients.map((client) => client.close()));
    return { calls, latencies: latencies.sort((a, b) => a - b), elapsedMs, failures };
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }

  /** Four reads to one write; what comes back must be the caller's own. */
  async #callOnce(client: HttpClient, caller: number, turn: number): Promise<Failure | undefined> {
    const user_id = this.#users.get(caller);
    if (user_id === undefined) {
      const email_address = [`${nameOf(caller)}@load.example`];
      return this.#judge(client.call('Users_createNewUser', { email_address }), false, (json) => {
        this.#users.set(caller, String(json.id));
        return String(json.id).startsWith('user_');
      });
    }
    switch (turn % 5) {
      case 0: {
        const first_name = `${nameOf(caller)} in turn ${turn}`;
        const call = client.call('Users_updateUserAttributes', { user_id, first_name });
        return this.#judge(call, false, (json) => json.id === user_id && json.first_name === first_name);
      }
      case 1:
        return this.#judge(client.call('Users_getTotalCount'), true, (json) => typeof json.total_count === 'number');
      case 2: {
        const args = { email_address: [`${nameOf(caller)}@load.example`], fields: ['id'] };
        const call = client.call('Users_listSortedByCreationDate', args);
        return this.#judge(call, true, (json) => Array.isArray(json) && json.length === 1 && json[0].id === user_id);
      }
      default:
        return this.#judge(client.call('Users_getUserDetails', { user_id }), true, (json) => json.id === user_id);
    }
  }

  async #judge(
    call: Promise<ToolResult>,
    isRead: boolean,
    isRight: (json: Record<string, unknown>) => boolean,
  ): Promise<Failure | undefined> {
    try {
      const { isError, json } = await call;
      return !isError && isRight(json as Record<string, unknown>) ? undefined : { isRead, answer: json };
    } catch (error) {
      return { isRead, answer: error };
    }
  }
}
