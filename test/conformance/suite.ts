import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { childEnv } from '../support/program.js';

/** The revisions of MCP for which the suite says what a server must do. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

/** One thing that a scenario looks at. The same id can come several times. */
export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string | undefined;
}

/** The checks of every scenario, by its name. */
export type Results = ReadonlyMap<string, readonly Check[]>;

/** The suite was ended, or left scenarios out. */
export class SuiteError extends Error {
  override readonly name = 'SuiteError';
}

const SUITE = dirname(fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/package.json')));
const PRELOAD = fileURLToPath(new URL('./preload.mjs', import.meta.url));

/** How long one scenario, and one run of the suite, may take, in milliseconds. */
const SCENARIO_MS = 10_000;
const RUN_MS = 50_000;

const CHECKS = z.array(
  z.object({
    id: z.string(),
    status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
    errorMessage: z.string().optional(),
  }),
);

const REQUIREMENTS = z.object({
  server: z.array(z.string()),
  not_scored: z.array(z.object({ scenario: z.string(), leg: z.enum(['server', 'client']) })),
});

/** What the suite runs against a server for a revision: what the revision requires, and what it is only curious about. */
export function scenariosOf(revision: Revision): readonly string[] {
  const file = readFileSync(join(SUITE, 'requirements', `${revision}.yaml`), 'utf8');
  const { server, not_scored } = REQUIREMENTS.parse(parse(file));
  return [...server, ...not_scored.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario)];
}

/**
 * Runs all that the suite has for a revision.
 * @param url of the MCP endpoint
 * @throws SuiteError
 */
export async function runSuite(url: string, revision: Revision): Promise<Results> {
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  try {
    const output = await execute(['--url', url, '--requirements', revision, '--timeout', String(SCENARIO_MS), '-o', directory]);
    const results = new Map(scenariosOf(revision).map((scenario) => [scenario, readChecks(directory, scenario)]));
    const missing = [...results.keys()].filter((scenario) => results.get(scenario)?.length === 0);
    if (missing.length > 0) throw new SuiteError(`The suite says nothing about ${missing.join(', ')}.\n${output}`);
    return results;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Resolves with what the suite printed. Its exit code is no verdict: it knows nothing of our baseline. */
async function execute(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', PRELOAD, join(SUITE, 'dist/index.js'), 'server', ...args], {
    env: childEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_, signal) => {
      if (signal === null) resolve(output.join(''));
      else reject(new SuiteError(`The suite was ended by ${signal}.\n${output.join('')}`));
    });
  });
}

/** The suite names a directory by the scenario and the time. */
function readChecks(directory: string, scenario: string): readonly Check[] {
  const name = readdirSync(directory).find((entry) => entry.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '') === `server-${scenario}`);
  return name === undefined ? [] : CHECKS.parse(JSON.parse(readFileSync(join(directory, name, 'checks.json'), 'utf8')));
}
