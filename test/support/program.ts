import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as EmbeddedClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as EmbeddedStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitationCompleteNotificationSchema, ElicitRequestSchema, ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { type AskedClient, answerTo, declared, isAsked } from './elicitation.js';
import { NODE } from './node.js';
import { validator } from './validator.js';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface ProgramOptions extends AskedClient {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether a client of 2026-07-28 first asks a process of its own for the versions, as hosts do. Default: it asks the one it keeps. */
  readonly discoversApart?: boolean;
}

export interface ToolResult {
  readonly isError: boolean;
  readonly text: string;
  /** The text as JSON, where it is. */
  readonly json: unknown;
  readonly structured: unknown;
}

/** What a client is told before the answer. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface ProgramClient {
  readonly listTools: () => Promise<
    {
      name: string;
      description?: string | undefined;
      inputSchema: object;
      outputSchema?: object | undefined;
      annotations?: object | undefined;
    }[]
  >;
  readonly call: (
    name: string,
    args?: Record<string, unknown>,
    options?: { signal?: AbortSignal; timeout?: number; onprogress?: (progress: Progress) => void },
  ) => Promise<ToolResult>;
  /** Any other request of MCP; rejects with its error. */
  readonly ask: (method: string, params?: Record<string, unknown>) => Promise<Record<string, unknown>>;
  readonly capabilities: () => object | undefined;
  readonly instructions: () => string | undefined;
  readonly pid: () => number;
  readonly stderr: () => string;
  readonly close: () => Promise<void>;
}

/** A child's environment: ours is not inherited, so that nobody's real key is ever used. */
export const childEnv = (env: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  // Where `npm run coverage` collects what ran.
  ...(process.env.CLERK_MCP_V8_COVERAGE && { NODE_V8_COVERAGE: process.env.CLERK_MCP_V8_COVERAGE }),
  ...env,
});

export const toResult = (result: Readonly<Record<string, unknown>>): ToolResult => {
  const [first] = (result.content ?? []) as { type: string; text: string }[];
  const text = first?.text ?? '';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { isError: result.isError === true, text, json, structured: result.structuredContent };
};

/** The kinds of client that hosts embed: the v1 SDK, and the v2 SDK in either era. */
export const CLIENTS = ['v1', 'v2 (2025)', 'v2 (2026)'] as const;
export type ClientKind = (typeof CLIENTS)[number];

/** Starts the built program over stdio and connects a real client to it. */
export async function startProgram(kind: ClientKind = 'v2 (2026)', options: ProgramOptions = {}): Promise<ProgramClient> {
  const parameters = {
    command: NODE,
    args: [PROGRAM, ...(options.args ?? ['--sandbox'])],
    env: childEnv(options.env),
    stderr: 'pipe' as const,
  };
  return kind === 'v1' ? startEmbedded(parameters, options) : startModern(parameters, options, kind);
}

type Parameters = { command: string; args: string[]; env: Record<string, string>; stderr: 'pipe' };

async function startEmbedded(parameters: Parameters, asked: ProgramOptions): Promise<ProgramClient> {
  const transport = new EmbeddedStdio(parameters);
  const stderr = collect(transport);
  const client = new EmbeddedClient(
    { name: 'test', version: '1' },
    { capabilities: declared(asked), jsonSchemaValidator: validator },
  );
  if (isAsked(asked)) client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerTo(asked, params));
  client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => asked.onComplete?.(params.elicitationId));
  await client.connect(transport);
  return {
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, request = {}) =>
      toResult((await client.callTool({ name, arguments: args }, undefined, request)) as Record<string, unknown>),
    ask: (method, params = {}) => client.request({ method, params }, ResultSchema),
    capabilities: () => client.getServerCapabilities(),
    instructions: () => client.getInstructions(),
    pid: () => transport.pid ?? 0,
    stderr,
    close: () => client.close(),
  };
}

/** The SDK starts a second process for its first question, but only where the transport is exactly its own. */
class OneProcess extends ModernStdio {}

async function startModern(parameters: Parameters, asked: ProgramOptions, kind: ClientKind): Promise<ProgramClient> {
  const transport = asked.discoversApart === true ? new ModernStdio(parameters) : new OneProcess(parameters);
  const stderr = collect(transport);
  const client = new ModernClient(
    { name: 'test', version: '1' },
    {
      capabilities: declared(asked),
      jsonSchemaValidator: validator,
      ...(kind === 'v2 (2026)' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}),
    },
  );
  if (isAsked(asked)) client.setRequestHandler('elicitation/create', ({ params }) => answerTo(asked, params));
  client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => asked.onComplete?.(params.elicitationId));
  await client.connect(transport);
  return {
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, request = {}) =>
      toResult((await client.callTool({ name, arguments: args }, request)) as Record<string, unknown>),
    ask: (method, params = {}) => client.request({ method, params } as { method: 'prompts/list' }),
    capabilities: () => client.getServerCapabilities(),
    instructions: () => client.getInstructions(),
    pid: () => transport.pid ?? 0,
    stderr,
    close: () => client.close(),
  };
}

function collect(transport: { stderr: unknown }): () => string {
  const chunks: string[] = [];
  (transport.stderr as NodeJS.ReadableStream | null)?.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  return () => chunks.join('');
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program to its end. `stdin` is written and closed at once; without it stdin is empty. */
export async function runProgram(
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; stdin?: string | Uint8Array } = {},
): Promise<Ended> {
  const child = spawn(NODE, [PROGRAM, ...args], { env: childEnv(options.env), stdio: 'pipe' });
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return ended(child);
}

/** Resolves when the process has ended and both its streams are read. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout: stdout.join(''), stderr: stderr.join('') }));
  });
}
