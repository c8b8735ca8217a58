import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Operation } from '../../src/catalog/operation.js';
import { operations } from '../../tools/index.js';
import { approver, approversFile, type SignedIn, signIn } from '../support/approvers.js';
import type { Answer } from '../support/elicitation.js';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { EVERY_TOOL } from '../support/offer.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { childEnv, ended, PROGRAM, startProgram, type ToolResult } from '../support/program.js';
import { gatedArguments } from '../support/sample-arguments.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

// Each walks all operations.
vi.setConfig({ testTimeout: 300_000 });

// The client's form over stdio is walked by policy-matrix.test.ts.

/** Reads that are gated only where they name a secret in `fields` are in answer-secrets.test.ts. */
const gated = operations.filter(({ gate, risk }) => gate === 'always' || (gate === 'sometimes' && risk !== 'read'));
const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const file = await approversFile(scratch, 'approvers.json', approver('ann'));
const unlimited = await scratchFile(scratch, { budgets: [] });
const env = (approvers = file): Record<string, string> => ({
  CLERK_SECRET_KEY: 'sk_live_matrix',
  CLERK_API_URL: `${upstream.origin}/v1`,
  CLERK_MCP_LOG_LEVEL: 'error',
  CLERK_MCP_APPROVERS: approvers,
  CLERK_MCP_POLICY: unlimited,
});
const RATE = ['--max-calls-per-minute', '1000000'];

/** As many as may wait for one caller. */
const AT_ONCE = 10;
const batches = Array.from({ length: Math.ceil(gated.length / AT_ONCE) }, (_, at) =>
  gated.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
);

/** The operations whose own requests have come, lookups left out. */
const sent = (): string[] =>
  upstream.requests
    .map((request) => ({ request, operation: operationOf(request) }))
    .filter(({ request, operation }) => request.method !== 'GET' || operation?.risk !== 'read')
    .map(({ request, operation }) => operation?.name ?? `${request.method} ${request.url}`)
    .sort();

const namesOf = (batch: readonly Operation[]): string[] => batch.map(({ name }) => name).sort();

const codeOf = ({ json }: ToolResult): unknown => (json as { error?: unknown } | undefined)?.error;

async function approve(ann: SignedIn, id: string): Promise<void> {
  const approval = await ann.show(id);
  expect(await ann.approve(id, approval.review.word, approval)).toMatchObject({ status: 200, body: { state: 'approved' } });
}

/** Every operation once with the model's word alone, once with a person's, once more with the same. */
async function walkByPage(client: Pick<HttpClient, 'call'>): Promise<void> {
  let ann: SignedIn | undefined;
  for (const batch of batches) {
    upstream.requests.length = 0;
    const together = (confirm: (at: number) => unknown): Promise<ToolResult[]> =>
      Promise.all(
        batch.map((operation, at) => client.call(operation.name, { ...gatedArguments(operation), confirm: confirm(at) })),
      );
    const asked = await together(() => true);
    expect(batch.map(({ name }, at) => [name, codeOf(asked[at] as ToolResult)])).toEqual(
      batch.map(({ name }) => [name, 'approval_pending']),
    );
    const pending = asked.map(({ json }) => json as { approval: string; link: string });
    expect(sent()).toEqual([]);
    ann ??= await signIn((pending[0]?.link ?? '').replace(/\/apr_.*/, ''), 'ann');
    for (const { approval } of pending) await approve(ann, approval);
    expect(sent()).toEqual([]);
    await together((at) => pending[at]?.approval);
    expect(sent()).toEqual(namesOf(batch));
    const used = await together((at) => pending[at]?.approval);
    expect(used.map(({ json }) => (json as { reason?: unknown }).reason)).toEqual(batch.map(() => 'used'));
    expect(sent()).toEqual(namesOf(batch));
  }
}

/** Every operation, answered by a program with an empty form, then by a person who means it. */
async function walkByForm(connect: (person: (question: Question) => Answer) => Promise<HttpClient>): Promise<void> {
  let answer = (_: Question): Answer => ({ action: 'accept', content: {} });
  const client = await connect((question) => answer(question));
  try {
    for (const batch of batches) {
      upstream.requests.length = 0;
      const together = (): Promise<ToolResult[]> =>
        Promise.all(batch.map((operation) => client.call(operation.name, gatedArguments(operation))));
      answer = () => ({ action: 'accept', content: {} });
      expect((await together()).map(codeOf)).toEqual(batch.map(() => 'person_not_asked'));
      expect(sent()).toEqual([]);
      answer = accepted;
      await together();
      expect(sent()).toEqual(namesOf(batch));
    }
  } finally {
    await client.close();
  }
}

interface Question {
  readonly requestedSchema: unknown;
}

/** What somebody fills in who means it. */
function accepted({ requestedSchema }: Question): Answer {
  const { typed } = (requestedSchema as { properties: Record<string, { title: string }> }).properties;
  const content = typed === undefined ? { confirm: true } : { typed: /"(.*)"/.exec(typed.title)?.[1] ?? '' };
  return { action: 'accept', content };
}

describe('every gated operation, approved on the page,', () => {
  it.each(['v2 (2025)', 'v2 (2026)'] as const)('over stdio, %s', async (kind) => {
    const client = await startProgram(kind, { args: [...EVERY_TOOL, '--ask-wait', '0'], env: env() });
    try {
      await walkByPage(client);
    } finally {
      await client.close();
    }
  });
});

describe('every gated operation over HTTP', () => {
  const kinds = ['v2 (2025)', 'v2 (2026)', 'v1 over SSE'] as const;
  let paged: HttpProgram;
  let formed: HttpProgram;
  beforeAll(async () => {
    const start = (approvers: string) =>
      startHttp({
        args: ['--auth', 'none', ...EVERY_TOOL, ...RATE, '--ask-wait', '0'],
        env: { ...env(approvers), CLERK_MCP_LOG_LEVEL: 'info' },
      });
    [paged, formed] = await Promise.all([start(file), start(join(scratch, 'nobody.json'))]);
  });
  afterAll(stopAll);

  it.each(kinds)('%s, approved on the page', async (kind) => {
    const client = await connectHttp(kind, paged.url);
    try {
      await walkByPage(client);
    } finally {
      await client.close();
    }
  });

  it.each(kinds)('%s, confirmed in the client', async (kind) => {
    await walkByForm((person) => connectHttp(kind, formed.url, { person }));
  });
});

describe('clerk-mcp call in a terminal', () => {
  /** One of each kind of gate. Each call is a process, and its road is that of all others from there on. */
  const kinds = [...new Map(gated.map((operation) => [`${operation.risk} ${operation.gate}`, operation])).values()];

  it.each(kinds.map((operation) => [operation.name, operation] as const))(
    'waits with %s until it is approved',
    async (_, operation) => {
      const args = ['call', operation.name, JSON.stringify(gatedArguments(operation)), ...EVERY_TOOL];
      const child = spawn(process.execPath, [PROGRAM, ...args], { env: childEnv(env()), stdio: ['ignore', 'pipe', 'pipe'] });
      const end = ended(child);
      const link = await new Promise<string>((resolve, reject) => {
        let said = '';
        child.stderr.on('data', (chunk: Buffer) => {
          said += String(chunk);
          const [found] = /http\S+apr_[\w-]{22}/.exec(said) ?? [];
          if (found !== undefined) resolve(found);
        });
        void end.then(({ stderr }) => reject(new Error(stderr)));
      });
      const [address = '', id = ''] = link.split(/\/(?=apr_)/);
      const ann = await signIn(address, 'ann');
      expect(sent()).toEqual([]);
      await approve(ann, id);
      await end;
      expect(sent()).toEqual([operation.name]);
    },
  );
});
