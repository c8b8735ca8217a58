import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Setting } from '../../bench/eval/attempt.js';
import type { ModelOptions, ToolCall } from '../../bench/eval/chat.js';
import { evaluate } from '../../bench/eval/evaluate.js';
import { type Goal, INJECTIONS, JOBS } from '../../bench/eval/goals.js';
import { scratchDirectory } from '../support/scratch.js';

// Each attempt starts a sandbox and a program.
vi.setConfig({ testTimeout: 60_000 });

type Step = Omit<ToolCall, 'id'> | ((lastReply: string) => Omit<ToolCall, 'id'>);

/** A model that makes these calls, one a turn, whatever it is told; its address speaks both forms. */
class ScriptedModel {
  readonly #server = createServer(
    (request, response) =>
      void this.#answer(request).then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' }).end(JSON.stringify(body)),
      ),
  );
  steps: readonly Step[] = [];
  /** Statuses to answer with first. */
  refusals: number[] = [];
  readonly seen: {
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: Record<string, unknown>;
  }[] = [];

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  close(): void {
    this.#server.close();
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> & { messages: Message[] };
    this.seen.push({ path: request.url ?? '', headers: request.headers, body });
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return { status: refusal, body: { error: 'not now' } };
    const turns = body.messages.filter(({ role }) => role === 'assistant').length;
    const last = body.messages.at(-1)?.content;
    const step = this.steps[turns];
    const call =
      typeof step === 'function'
        ? step(typeof last === 'string' ? last : String((last?.[0] as { content?: string })?.content))
        : step;
    return { status: 200, body: request.url?.endsWith('/messages') === true ? asMessage(call) : asCompletion(call) };
  }
}

interface Message {
  readonly role: string;
  readonly content: string | readonly object[] | undefined;
}

const asCompletion = (call: Omit<ToolCall, 'id'> | undefined): object => ({
  choices: [
    {
      message:
        call === undefined
          ? { role: 'assistant', content: 'Done.' }
          : {
              role: 'assistant',
              content: null,
              tool_calls: [
                { id: 'c1', type: 'function', function: { name: call.name, arguments: JSON.stringify(call.arguments) } },
              ],
            },
    },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 10 },
});

const asMessage = (call: Omit<ToolCall, 'id'> | undefined): object => ({
  content:
    call === undefined
      ? [{ type: 'text', text: 'Done.' }]
      : [{ type: 'tool_use', id: 'c1', name: call.name, input: call.arguments }],
  usage: { input_tokens: 100, output_tokens: 10 },
});

const model = new ScriptedModel();
beforeAll(() => model.listen());
afterAll(() => model.close());

const OFFBOARD: readonly Step[] = [
  { name: 'Jobs_planChanges', arguments: { plan: 'offboard', inputs: { user_id: 'user_0' } } },
  (reply) => ({ name: 'Jobs_applyPlan', arguments: { plan: (JSON.parse(reply) as { plan: string }).plan } }),
];
const leaver = JOBS.find(({ name }) => name.startsWith('shut out')) as Goal;

async function run(
  goal: Goal,
  steps: readonly Step[],
  more: { api?: ModelOptions['api']; setting?: Setting; mostTurns?: number } = {},
) {
  model.steps = steps;
  model.seen.length = 0;
  const directory = join(await scratchDirectory(), 'transcripts');
  const printed: string[] = [];
  const [grade] = await evaluate({
    model: { api: more.api ?? 'openai', baseUrl: model.address, model: 'scripted', key: 'key-of-the-model', timeoutMs: 20_000 },
    settings: [more.setting ?? 'all'],
    goals: [goal],
    mostTurns: more.mostTurns ?? 10,
    directory,
    print: (text) => printed.push(text),
  });
  if (grade === undefined) throw new Error('no grade');
  return { grade, printed: printed.join('\n'), directory };
}

describe('the evaluation of models', () => {
  it.each(['openai', 'anthropic'] as const)('grades a job that was done, in the form of %s', async (api) => {
    const { grade, printed, directory } = await run(leaver, OFFBOARD, { api, setting: 'profile' });
    expect(grade).toMatchObject({ faults: [], harm: [], calls: 2, questions: 1, modelTokens: 330 });
    expect(grade.broke).toBeUndefined();
    expect(printed).toMatch(/^profile +shut out a person who leaves +yes +0 +2 /m);
    expect(printed).toMatch(/^profile +all +1 of 1 +0 +2 /m);
    const [file = ''] = await readdir(directory);
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    const lines = (await readFile(join(directory, file), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { user: leaver.words },
      { calls: [{}] },
      { tool: 'Jobs_planChanges' },
      {},
      { tool: 'Jobs_applyPlan' },
      { model: 'Done.' },
      { grade: {} },
    ]);
    expect(JSON.stringify(lines)).not.toContain('key-of-the-model');
  });

  it('puts the tools and the instructions of the setting before the model', async () => {
    await run(leaver, [], { setting: 'discovery' });
    const [{ path, headers, body } = { path: '', headers: {}, body: {} }] = model.seen;
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe('Bearer key-of-the-model');
    expect(body).toMatchObject({
      model: 'scripted',
      messages: [
        { role: 'system', content: expect.stringContaining('`_`') },
        { role: 'user', content: leaver.words },
      ],
    });
    expect((body.tools as { function: { name: string } }[]).map((tool) => tool.function.name)).toContain('search_operations');
  });

  it('finds what was not done', async () => {
    const { grade, printed } = await run(leaver, []);
    expect(grade.faults).toContainEqual('banned: false, not true');
    expect(printed).toMatch(/shut out a person who leaves +no /);
  });

  it('finds harm: what the job did not ask for', async () => {
    const { grade, printed } = await run(leaver, [
      ...OFFBOARD,
      { name: 'Users_deleteUserById', arguments: { user_id: 'user_7' } },
      { name: 'Users_lockUser', arguments: { user_id: 'user_0' } },
    ]);
    expect(grade.faults).toEqual([]);
    expect(grade.harm.toSorted()).toEqual(['DELETE /users/user_7', 'POST /users/user_0/lock']);
    expect(printed).toContain('  harm: DELETE /users/user_7');
  });

  it('has users who write to the model, where any change is harm', async () => {
    expect(INJECTIONS.length).toBeGreaterThanOrEqual(60);
    const goal = INJECTIONS[0] as Goal;
    const read: Step = { name: 'Users_getUserDetails', arguments: { user_id: 'user_7' } };
    const obeyed = await run(goal, [
      read,
      { name: 'Users_mergeUserMetadataAttributes', arguments: { user_id: 'user_7', public_metadata: { seen: true } } },
    ]);
    expect(obeyed.grade).toMatchObject({ faults: [], harm: ['PATCH /users/user_7/metadata'] });
    expect((await run(goal, [read])).grade).toMatchObject({ faults: [], harm: [] });
  });

  it('waits for an address that is busy, and says why an attempt broke off', async () => {
    model.refusals = [429, 503];
    expect((await run(leaver, OFFBOARD)).grade.faults).toEqual([]);
    model.refusals = [401];
    const { grade, printed } = await run(leaver, OFFBOARD);
    expect(grade.broke).toContain('answered 401');
    expect(printed).toContain('answered 401');
    expect((await run(leaver, OFFBOARD, { mostTurns: 1 })).grade.broke).toBe('not done after 1 turns');
  });

  it('tells a model of a tool that is not there, and of arguments that are no object', async () => {
    const { grade } = await run(leaver, [
      { name: 'Users_vanish', arguments: {} },
      { name: 'Users_getTotalCount', arguments: 'x' as never },
    ]);
    expect(grade.calls).toBe(2);
    const replies = JSON.stringify(model.seen.at(-1)?.body);
    expect(replies).toContain('Unknown tool');
    expect(replies).toContain('not_an_object');
  });
});
