import { setTimeout as wait } from 'node:timers/promises';

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface ToolReply {
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
}

/** What a model says in one turn. Without calls it is done. */
export interface Turn {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** As the address counts them; 0 where it does not. */
  readonly tokens: { readonly read: number; readonly written: number };
}

/** A conversation with a model, turn by turn. */
export interface Chat {
  /** @throws ModelError where the address refuses, or does not answer in time */
  say(what: string | readonly ToolReply[]): Promise<Turn>;
}

/** The address did not answer as one of its kind does. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

export interface ModelOptions {
  /** The form that the address speaks. */
  readonly api: keyof typeof FORMS;
  /** Up to the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly key: string | undefined;
  /** For one answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** Begins a conversation. */
export const openChat = (options: ModelOptions, instructions: string, tools: readonly ToolSpec[]): Chat =>
  FORMS[options.api](options, instructions, tools);

type Form = (options: ModelOptions, instructions: string, tools: readonly ToolSpec[]) => Chat;

/** Chat completions with tools, as OpenAI and many others answer them. */
const openai: Form = (options, instructions, tools) => {
  const messages: object[] = [{ role: 'system', content: instructions }];
  const offered = tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: inputSchema },
  }));
  return {
    say: async (what) => {
      if (typeof what === 'string') messages.push({ role: 'user', content: what });
      else messages.push(...what.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text })));
      const headers = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
      const body = await post<Completion>(options, 'chat/completions', headers, {
        model: options.model,
        messages,
        tools: offered,
      });
      const message = body.choices?.[0]?.message;
      if (message === undefined) throw new ModelError('The answer has no choices[0].message.');
      messages.push(message);
      return {
        text: message.content ?? '',
        calls: (message.tool_calls ?? []).map(({ id, function: called }) => ({
          id,
          name: called.name,
          arguments: readArguments(called.arguments),
        })),
        tokens: { read: body.usage?.prompt_tokens ?? 0, written: body.usage?.completion_tokens ?? 0 },
      };
    },
  };
};

interface Completion {
  readonly choices?: readonly {
    readonly message?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly {
        readonly id: string;
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    };
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number };
}

/** What is no JSON object is passed on under a name that no tool has, so that the server says what is wrong. */
function readArguments(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text || '{}');
    if (read !== null && typeof read === 'object' && !Array.isArray(read)) return read as Record<string, unknown>;
  } catch {
    // Said below.
  }
  return { not_an_object: text };
}

/** Messages with tools, as Anthropic answers them. */
const anthropic: Form = (options, instructions, tools) => {
  const messages: object[] = [];
  const offered = tools.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }));
  return {
    say: async (what) => {
      const content =
        typeof what === 'string'
          ? what
          : what.map(({ id, text, isError }) => ({ type: 'tool_result', tool_use_id: id, content: text, is_error: isError }));
      messages.push({ role: 'user', content });
      const headers = { 'anthropic-version': '2023-06-01', ...(options.key !== undefined && { 'x-api-key': options.key }) };
      const given = { model: options.model, max_tokens: MOST_WRITTEN, system: instructions, messages, tools: offered };
      const body = await post<MessageAnswer>(options, 'messages', headers, given);
      if (!Array.isArray(body.content)) throw new ModelError('The answer has no content.');
      messages.push({ role: 'assistant', content: body.content });
      return {
        text: body.content.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join(''),
        calls: body.content
          .filter(({ type }) => type === 'tool_use')
          .map(({ id = '', name = '', input = {} }) => ({ id, name, arguments: input })),
        tokens: { read: body.usage?.input_tokens ?? 0, written: body.usage?.output_tokens ?? 0 },
      };
    },
  };
};

const MOST_WRITTEN = 4_096;

interface MessageAnswer {
  readonly content?: readonly {
    readonly type: string;
    readonly text?: string;
    readonly id?: string;
    readonly name?: string;
    readonly input?: Readonly<Record<string, unknown>>;
  }[];
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number };
}

export const FORMS = { openai, anthropic } as const;

/** After so many refusals for a moment (429, 5xx) the attempt ends. */
const MOST_TRIES = 4;
const LONGEST_WAIT_S = 60;

async function post<Answer>(
  { baseUrl, timeoutMs }: ModelOptions,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${baseUrl.replace(/\/$/, '')}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new ModelError(`The model's address did not answer: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (response.ok) return (await response.json()) as Answer;
    const isBusy = response.status === 429 || response.status >= 500;
    if (!isBusy || attempt === MOST_TRIES) {
      throw new ModelError(`The model's address answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
    }
    await response.body?.cancel();
    const asked = Number(response.headers.get('retry-after') ?? Number.NaN);
    await wait(1000 * Math.min(LONGEST_WAIT_S, Number.isFinite(asked) ? asked : 2 ** attempt));
  }
}
