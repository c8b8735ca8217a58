import { afterAll } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.js';

/**
 * The environment of programs that need an instance and do not mind who else uses it: one sandbox for the test file, in this
 * process. A program's own costs each of its starts more than all the rest of it.
 */
export async function sharedSandbox(): Promise<Readonly<Record<string, string>>> {
  const { url, secretKey, close } = await startSandbox({ seed: 'demo' });
  afterAll(close);
  return { CLERK_API_URL: url, CLERK_SECRET_KEY: secretKey };
}
