import { afterAll, describe, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { operations } from '../../tools/index.js';
import { everyOperation, START } from '../sandbox/every-operation.js';
import { fillIn, type Held, hold, prepare } from '../sandbox/step.js';
import { EVERY_TOOL } from '../support/offer.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { validator } from '../support/validator.js';

const directory = await scratchDirectory();
const seed = await scratchFile(directory, START);
const everything = { name: 'all', risk: ['read', 'write', 'destructive', 'credential', 'access'], action: 'allow' };
const policy = await scratchFile(directory, { rules: [everything] });
const byName = new Map(operations.map((operation) => [operation.name, operation]));

afterAll(endSandboxes);

/** Lets nothing pass. */
const noSchema = { not: {} };

/** Makes users, memberships and organizations too large for any small limit. */
const LARGE = {
  public_metadata: {
    notes: Array.from({ length: 60 }, (_, index) => `note ${index} ${'x'.repeat(60)}`),
    depth: { a: [1, 2, [3]] },
  },
};
const makeLarge = async (client: ProgramClient): Promise<void> => {
  await client.call('Users_mergeUserMetadataAttributes', { user_id: 'user_ada', ...LARGE });
  await client.call('Organizations_mergeOrganizationMetadata', { organization_id: 'org_engine', ...LARGE });
};

const keyed = (secretKey: string) => ({ CLERK_SECRET_KEY: secretKey });

const WAYS: readonly (readonly [string, readonly string[]])[] = [
  ['short answers', []],
  ['full answers with ISO times', ['--results', 'full', '--times', 'iso']],
  ['answers of at most 1,000 tokens', ['--max-result-tokens', '1000', '--results', 'full']],
];

describe.each(CLIENTS)('--structured with the client %s', (kind) => {
  it.each(WAYS)(
    'gives every operation a schema, which the client holds its answers against: %s',
    { timeout: 90_000 },
    async (_, flags) => {
      const sandbox = await startSandboxProgram('--seed', seed);
      const client = await startProgram(kind, {
        args: [...EVERY_TOOL, '--structured', '--policy', policy, ...flags],
        env: sandbox.env,
      });
      // A client checks answers only of tools that it has seen listed.
      const tools = new Map((await client.listTools()).map((tool) => [tool.name, tool]));
      expect(tools.size).toBe(operations.length + jobs.length);
      const checkOf = (name: string) => validator.getValidator(tools.get(name)?.outputSchema ?? noSchema);
      let cut = 0;
      const call = async (name: string, args: Record<string, unknown>, by = client): Promise<unknown> => {
        const { isError, text, json, structured } = await by.call(name, args);
        expect(isError, `${name}: ${text}`).toBe(false);
        expect(structured, name).toEqual(byName.get(name)?.spec.answers === 'text' ? { text } : json);
        const checked = checkOf(name)(structured);
        expect(checked.valid, JSON.stringify({ name, structured, error: checked.errorMessage })).toBe(true);
        if (text.includes('…[+') || text.includes('"missing"')) cut++;
        return structured;
      };

      await makeLarge(client);
      const held: Held = {};
      /** The program run with another key. */
      const callWith = async (key: string, name: string, args: Record<string, unknown>): Promise<unknown> => {
        const other = await startProgram(kind, {
          args: ['--tools', name, '--structured', '--policy', policy],
          env: { ...sandbox.env, ...keyed(key) },
        });
        await other.listTools();
        const answer = await call(name, args, other);
        await other.close();
        return answer;
      };
      for (const step of everyOperation(Date.now())) {
        const { operation, args = {}, keep = {}, key } = step;
        await prepare(step, held, async (...request) => (await sandbox.request(...request)).body);
        const given = fillIn(args, held);
        const answer = key === undefined ? await call(operation, given) : await callWith(held[key] ?? '', operation, given);
        hold(held, keep, answer);
        const { risk, takesFields } = byName.get(operation) ?? {};
        if (risk !== 'read' || takesFields !== true) continue;
        for (const fields of [['id'], ['*'], ['no_such_path']]) await call(operation, { ...given, fields });
      }
      expect(cut > 0).toBe(flags.includes('--max-result-tokens'));
      await client.close();
    },
  );

  it('leaves errors without structured content', async () => {
    const client = await startProgram(kind, { args: ['--sandbox', '--structured'] });
    await client.listTools();
    const unknown = await client.call('Users_getUserDetails', { user_id: 'user_nobody' });
    const refused = await client.call('Users_deleteUserById', { user_id: 'user_nobody' });
    const wrong = await client.call('Users_getUserDetails', {});
    for (const result of [unknown, refused, wrong]) expect(result).toMatchObject({ isError: true, structured: undefined });
    await client.close();
  });
});

it('costs nothing without --structured, nor in discovery mode', async () => {
  for (const args of [['--sandbox'], ['--sandbox', '--structured', '--discovery']]) {
    const client = await startProgram('v2 (2026)', { args });
    for (const tool of await client.listTools()) expect(tool.outputSchema).toBeUndefined();
    await client.close();
  }
});
