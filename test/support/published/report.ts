import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { ERROR_INDEX } from '../../sandbox/error-index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the workers of this run keep what they have checked. */
    tally: string;
  }
}

const TALLY = 'checked.txt';
const ERRORS = 'errors.txt';

/** Adds what one test has checked to the run's tally. */
export function addToTally(folder: string, checked: ReadonlyMap<string, number>): void {
  const lines = [...checked].map(([operationAndStatus, times]) => `${operationAndStatus} ${times}\n`);
  if (lines.length > 0) appendFileSync(join(folder, TALLY), lines.join(''));
}

/** Adds the errors, as `status code`, that the sandbox has answered in one test file. */
export function addErrors(folder: string, errors: ReadonlySet<string>): void {
  appendFileSync(join(folder, ERRORS), [...errors].map((error) => `${error}\n`).join(''));
}

/** Around the whole run: makes room for the tally, and says at the end how much was checked. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'clerk-mcp-published-'));
  project.provide('tally', folder);
  return () => {
    process.stdout.write(summary(join(folder, TALLY)));
    const lacking = isWholeSandbox(project) ? neverAnswered(join(folder, ERRORS)) : [];
    rmSync(folder, { recursive: true });
    if (lacking.length === 0) return;
    process.stderr.write(`No test has the sandbox answer what is in reach of it: ${lacking.join(', ')}.\n`);
    process.exitCode = 1;
  };
}

function summary(tally: string): string {
  if (!existsSync(tally)) return '';
  const lines = readFileSync(tally, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const exchanges = lines.reduce((sum, [, , times]) => sum + Number(times), 0);
  const pairs = new Set(lines.map(([operation, status]) => `${operation} ${status}`));
  const operations = new Set(lines.map(([operation]) => operation));
  return `Checked against Clerk’s documents: ${exchanges} exchanges, ${operations.size} operations, ${pairs.size} operations × statuses.\n`;
}

const SANDBOX_TESTS = new URL('../../sandbox/', import.meta.url);

/** Whether every test of the sandbox ran, so that what is missing was never answered. */
function isWholeSandbox({ vitest }: TestProject): boolean {
  if (vitest.config.testNamePattern !== undefined) return false;
  const ran = new Set(vitest.state.getPaths());
  return readdirSync(SANDBOX_TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .every((file) => ran.has(fileURLToPath(new URL(file, SANDBOX_TESTS))));
}

/** Answered before a request is one that could be watched; `wire.test.ts` sends it. */
const UNWATCHED = '400 malformed_request_parameters';

/** The errors of Clerk's index that an operation here can give, and none did. */
function neverAnswered(errors: string): string[] {
  const answered = new Set(readFileSync(errors, 'utf8').trim().split('\n'));
  const inReach = ERROR_INDEX.filter(([, , , reason]) => reason === undefined).map(([, status, code]) => `${status} ${code}`);
  return [...new Set(inReach)].filter((error) => error !== UNWATCHED && !answered.has(error));
}
