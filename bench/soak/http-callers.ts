import { call as callMessage, modern, openSession, send } from '../../test/support/raw-http.js';
import { anyCall } from './calls.js';
import { PATIENCE_MS } from './messages.js';
import type { Random } from './random.js';

const LONGEST_PAUSE_MS = 60;
/** The part of calls whose caller dies: the connection breaks at some moment. */
const DYING = 0.1;

export interface HttpTold {
  readonly answered: () => void;
  readonly died: () => void;
  readonly unanswered: (call: string) => void;
}

/** One caller over HTTP, in sessions and without, until the signal: each call is answered, or the caller dies in it. */
export async function callOverHttp(url: string, name: string, random: Random, until: AbortSignal, told: HttpTold): Promise<void> {
  let session: Record<string, string> | undefined;
  for (let turn = 0; !until.aborted; turn++) {
    const { method, params } = anyCall(random, `mark-${name}-${turn}`);
    const isModern = random.chance(0.5);
    const dies = random.chance(DYING) ? AbortSignal.timeout(Math.floor(random.between(0, 500))) : undefined;
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(dies ? [dies] : [])]);
    const began = performance.now();
    try {
      session ??= await openSession(url);
      const message = modern(method, params);
      const answer = isModern
        ? await send(`${url}/mcp`, message.body, message.headers, signal)
        : await send(`${url}/mcp`, { ...callMessage(turn, ''), method, params }, session, signal);
      await answer.text();
      if (answer.status === 404) session = undefined;
      told.answered();
    } catch (error) {
      if (dies?.aborted === true) {
        told.died();
        // Those who die leave their session behind.
        if (random.chance(0.5)) session = undefined;
      } else
        told.unanswered(
          `${name}: ${method} ${JSON.stringify(params).slice(0, 200)} (${whyOf(error)} after ${Math.round(performance.now() - began)} ms)`,
        );
    }
    await new Promise((resolve) => setTimeout(resolve, random.between(0, LONGEST_PAUSE_MS)));
  }
}

const whyOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined ? `${error.message}: ${String(error.cause)}` : String(error);
