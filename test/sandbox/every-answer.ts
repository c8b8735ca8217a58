import type { Catalog } from '../../src/catalog/catalog.js';
import type { ClerkAnswer } from '../../src/catalog/clerk-answer.js';
import { ClerkClient } from '../../src/clerk/clerk-client.js';
import { everyOperation, START } from './every-operation.js';
import { NOON, openSandbox } from './harness.js';
import { fillIn, type Held, hold, prepare } from './step.js';

/** What every operation answers, by its name, walked through on a sandbox. */
export async function everyAnswer(catalog: Catalog): Promise<ReadonlyMap<string, ClerkAnswer>> {
  const client = await openSandbox({ seed: START });
  const { url: baseUrl, secretKey } = client.sandbox;
  const clerkBy = (secretKey: string) =>
    new ClerkClient({ baseUrl, secretKey, userAgent: 'clerk-mcp/test', catalog, maxAttempts: 1 });
  const clerk = clerkBy(secretKey);
  const held: Held = {};
  const answers = new Map<string, ClerkAnswer>();
  for (const step of everyOperation(NOON)) {
    const { operation, args = {}, keep = {}, key } = step;
    await prepare(step, held, async (method, path, body) => (await client.json(method, path, body)).body);
    const sender = key === undefined ? clerk : clerkBy(held[key] ?? '');
    const answer = await sender.send(catalog.get(operation), fillIn(args, held));
    if (sender !== clerk) await sender.close();
    hold(held, keep, answer.value);
    answers.set(operation, answer);
  }
  await clerk.close();
  return answers;
}
