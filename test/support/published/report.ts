import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { documentsArePresent } from './documents.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the workers of this run keep what they share about Clerk's documents; empty without the documents. */
    publishedSchemas: string;
  }
}

const TALLY = 'checked.txt';

/** Adds what one test has checked to the run's tally. */
export function addToTally(folder: string, checked: ReadonlyMap<string, number>): void {
  const lines = [...checked].map(([operationAndStatus, times]) => `${operationAndStatus} ${times}\n`);
  if (lines.length > 0) appendFileSync(join(folder, TALLY), lines.join(''));
}

/** Around the whole run: makes room for the tally, and says at the end how much was checked. */
export default function setup(project: TestProject): (() => void) | undefined {
  if (!documentsArePresent()) {
    const what = 'Clerk’s API documents are not at ../shared/clerk-api';
    process.stderr.write(`${what}: exchanges with the sandbox are not checked against them.\n`);
    project.provide('publishedSchemas', '');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'clerk-mcp-published-'));
  project.provide('publishedSchemas', folder);
  return () => {
    process.stdout.write(summary(join(folder, TALLY)));
    rmSync(folder, { recursive: true });
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
