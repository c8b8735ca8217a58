import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { NODE } from './node.js';
import { childEnv, type Ended, ended, PROGRAM } from './program.js';

/** `clerk-mcp sandbox` as a program of its own. */
export interface SandboxProgram {
  /** What it says on stdout: CLERK_API_URL, CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY. */
  readonly env: Readonly<Record<string, string>>;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** One request with the key; the body of its answer as JSON. */
  request(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
}

const started: ChildProcess[] = [];

/** To be called after each test. */
export async function endSandboxes(): Promise<void> {
  await Promise.all(
    started.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
}

/** Starts it on a free port. @throws Error with what it said when it ends instead */
export async function startSandboxProgram(...args: readonly string[]): Promise<SandboxProgram> {
  const child = spawn(NODE, [PROGRAM, 'sandbox', '--port', '0', ...args], { env: childEnv(), stdio: 'pipe' });
  started.push(child);
  const end = ended(child);
  const env: Record<string, string> = {};
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      env[name] = value;
      if (name === 'CLERK_PUBLISHABLE_KEY') resolve();
    });
  });
  await Promise.race([
    ready,
    end.then(({ code, stderr }) => {
      throw new Error(`the sandbox ended with ${code}: ${stderr}`);
    }),
  ]);
  const request: SandboxProgram['request'] = async (method, path, body) => {
    const response = await fetch(`${env.CLERK_API_URL}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${env.CLERK_SECRET_KEY}`,
        'clerk-api-version': '2026-05-12',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { env, child, ended: end, request };
}
