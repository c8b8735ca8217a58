import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterEach, expect, it } from 'vitest';
import { SEED } from '../../bench/tasks/seed.js';
import type { Cost, MakeCall } from '../../bench/tasks/task.js';
import { TASKS } from '../../bench/tasks/tasks.js';
import { agree } from '../support/agree.js';
import { startProgram } from '../support/program.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

afterEach(endSandboxes);

it.each(TASKS.map((task) => [task.name, task] as const))('an agent can %s within its ceilings', async (_, task) => {
  const dir = await scratchDirectory();
  const sandbox = await startSandboxProgram('--seed', await scratchFile(dir, SEED));
  const cost = { calls: 0, tokens: 0, questions: 0 };
  const client = await startProgram('v2 (2025)', {
    args: ['--files-dir', dir, '--clerk-limit', '100000'],
    env: sandbox.env,
    person: (question) => {
      cost.questions++;
      return agree(question);
    },
  });
  const call: MakeCall = async (name, args) => {
    const { text, isError, json } = await client.call(name, args);
    cost.calls++;
    cost.tokens += countTokens(JSON.stringify(args)) + countTokens(text);
    expect(isError, text).toBe(false);
    return json as Record<string, unknown>;
  };
  await task.run(call);
  await client.close();
  expect(await task.faults(async (path) => (await sandbox.request('GET', path)).body)).toEqual([]);
  const over = (Object.keys(cost) as (keyof Cost)[]).filter((key) => cost[key] > task.most[key]);
  expect(over.map((key) => `${key}: ${cost[key]} of ${task.most[key]}`)).toEqual([]);
});
