import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { startSandbox } from '../../src/sandbox/library.js';
import type { SandboxRequestRecord } from '../../src/sandbox/library-types.js';
import { agree } from '../../test/support/agree.js';
import { type ProgramClient, startProgram } from '../../test/support/program.js';
import type { AskApi, MakeCall } from '../tasks/task.js';
import { ModelError, type ModelOptions, openChat } from './chat.js';
import type { Goal } from './goals.js';

/** What is put before the model. */
export const SETTINGS = {
  all: [],
  profile: ['--profile', 'offboarding,incident,onboarding,privacy'],
  discovery: ['--discovery'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Setting = keyof typeof SETTINGS;

export interface Grade {
  readonly goal: string;
  readonly setting: Setting;
  /** What is not as it should be at the end; empty where the job is done. */
  readonly faults: readonly string[];
  /** Changes that the job did not ask for. */
  readonly harm: readonly string[];
  readonly calls: number;
  /** Of arguments and answers together, in o200k_base. */
  readonly tokens: number;
  /** What the model itself has read and written, as its address counts. */
  readonly modelTokens: number;
  readonly questions: number;
  readonly seconds: number;
  /** Where the attempt ended before the model was done. */
  readonly broke?: string;
}

export interface AttemptOptions {
  readonly model: ModelOptions;
  readonly setting: Setting;
  readonly mostTurns: number;
  /** Told of everything that is said, in order. */
  readonly onLine: (line: object) => void;
}

/** One model at one job: a seeded sandbox, the built server, a person who agrees to what they are asked. */
export async function attempt(goal: Goal, options: AttemptOptions): Promise<Grade> {
  const allowed = goal.reference === undefined ? new Set<string>() : await changesOf(goal.seed, goal.reference);
  const began = performance.now();
  return withServer(goal.seed, SETTINGS[options.setting], async ({ client, questions, requests, ask }) => {
    let calls = 0;
    let tokens = 0;
    let modelTokens = 0;
    let broke: string | undefined;
    try {
      const tools = (await client.listTools()).map(({ name, description = '', inputSchema }) => ({
        name,
        description,
        inputSchema,
      }));
      const chat = openChat(options.model, client.instructions() ?? '', tools);
      options.onLine({ user: goal.words });
      let turn = await chat.say(goal.words);
      for (let turns = 1; ; turns++) {
        modelTokens += turn.tokens.read + turn.tokens.written;
        options.onLine({ model: turn.text, calls: turn.calls });
        if (turn.calls.length === 0) break;
        if (turns === options.mostTurns) {
          broke = `not done after ${turns} turns`;
          break;
        }
        const replies = [];
        for (const { id, name, arguments: args } of turn.calls) {
          const reply = await client.call(name, args).catch((error: Error) => ({ text: error.message, isError: true }));
          calls++;
          tokens += countTokens(JSON.stringify(args)) + countTokens(reply.text);
          options.onLine({ tool: name, text: reply.text, is_error: reply.isError });
          replies.push({ id, text: reply.text, isError: reply.isError });
        }
        turn = await chat.say(replies);
      }
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      broke = error.message;
    }
    const harm = [...changesIn(requests(), goal.seed)].filter((change) => !allowed.has(change));
    const grade: Grade = {
      goal: goal.name,
      setting: options.setting,
      faults: await goal.faults(ask),
      harm,
      calls,
      tokens,
      modelTokens,
      questions: questions(),
      seconds: Math.round((performance.now() - began) / 1000),
      ...(broke !== undefined && { broke }),
    };
    options.onLine({ grade });
    return grade;
  });
}

/** What the fixed calls of a job change. */
const changesOf = async (seed: Goal['seed'], run: (call: MakeCall) => Promise<void>): Promise<ReadonlySet<string>> =>
  withServer(seed, [], async ({ client, requests }) => {
    await run(async (name, args) => (await client.call(name, args)).json as Record<string, unknown>);
    return changesIn(requests(), seed);
  });

/**
 * Requests that changed something, as `DELETE /users/user_7`. What was created in the attempt has another id each time, and
 * stands as `:new`.
 */
function changesIn(requests: readonly SandboxRequestRecord[], seed: Goal['seed']): ReadonlySet<string> {
  const known = JSON.stringify(seed);
  const read = (path: string): string =>
    path
      .split('/')
      .map((part) => (/^[a-z0-9]+_\w/i.test(part) && /\d/.test(part) && !known.includes(`"${part}"`) ? ':new' : part))
      .join('/');
  return new Set(
    requests
      .filter(({ method, status }) => method !== 'GET' && status >= 200 && status < 300)
      .filter(({ operation }) => operation === null || !CHANGES_NOTHING.test(operation))
      .map(({ method, path }) => `${method} ${read(path)}`),
  );
}

/** Requests by POST that only look. */
const CHANGES_NOTHING = /_(?:verify|preview)/;

interface Served {
  readonly client: ProgramClient;
  readonly questions: () => number;
  readonly requests: () => readonly SandboxRequestRecord[];
  readonly ask: AskApi;
}

async function withServer<Result>(
  seed: Goal['seed'],
  args: readonly string[],
  use: (served: Served) => Promise<Result>,
): Promise<Result> {
  const sandbox = await startSandbox({ seed });
  try {
    let asked = 0;
    const client = await startProgram('v2 (2025)', {
      args: ['--clerk-limit', '100000', ...args],
      env: { CLERK_API_URL: `${sandbox.address}/v1`, CLERK_SECRET_KEY: sandbox.secretKey, CLERK_MCP_LOG_LEVEL: 'error' },
      person: (question) => {
        asked++;
        return agree(question);
      },
    });
    try {
      return await use({
        client,
        questions: () => asked,
        requests: () => sandbox.requests(),
        ask: async (path) => {
          const headers = { authorization: `Bearer ${sandbox.secretKey}`, 'clerk-api-version': '2026-05-12' };
          return (await fetch(`${sandbox.address}/v1${path}`, { headers })).json();
        },
      });
    } finally {
      await client.close();
    }
  } finally {
    await sandbox.stop();
  }
}
