import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Program } from './program.js';
import { StdioClient } from './stdio-client.js';

interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

const USERS = 'Users_listSortedByCreationDate';

/** What a model pays, in o200k_base tokens, each beside its target. */
export async function measureSize(program: Program): Promise<[what: string, value: string, target: string][]> {
  const lines: [string, string, string][] = [];
  await during(program, async (client) => {
    const short = countTokens(await client.call(USERS, { limit: 10 }));
    const whole = countTokens(await client.call(USERS, { limit: 10, fields: ['*'] }));
    const one = countTokens(await client.call('Users_getUserDetails', { user_id: 'user_1' }));
    lines.push(['ten users', `${short} tokens`, '≤ 1300'], ['ten users, untouched', `${whole} tokens`, '']);
    lines.push(['one user', `${one} tokens`, '']);
  });
  await during({ ...program, args: [...program.args, '--profile', 'everything'] }, async (client) => {
    const { tools, tokens } = await priceOf(client);
    lines.unshift([`all ${tools} tools`, `${tokens} tokens`, '≤ 32000']);
  });
  await during({ ...program, args: [...program.args, '--discovery'] }, async (client) => {
    const { tools, tokens } = await priceOf(client);
    lines.push([`discovery, ${tools} tools`, `${tokens} tokens`, '≤ 1000']);
  });
  return lines;
}

/** One after the other, since both write to the same audit log. */
async function during(program: Program, use: (client: StdioClient) => Promise<void>): Promise<void> {
  const client = await StdioClient.start(program);
  try {
    await use(client);
  } finally {
    await client.close();
  }
}

/** What a host puts before the model: name, description and input schema. */
async function priceOf(client: StdioClient): Promise<{ tools: number; tokens: number }> {
  const { tools } = (await client.request('tools/list')) as { tools: readonly Tool[] };
  const shown = tools.map(({ name, description, inputSchema }) => JSON.stringify({ name, description, inputSchema }));
  return { tools: tools.length, tokens: shown.reduce((sum, tool) => sum + countTokens(tool), 0) };
}
