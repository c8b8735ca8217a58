/**
 * The official conformance suite, run for every revision against the built server and against the fixtures on the same
 * HTTP stack. Exits 0 only when exactly that fails which the baselines name.
 */
import { startHttp } from '../support/http-program.js';
import { startApplication } from './application.js';
import { hold, readBaseline, type Verdict } from './baseline.js';
import { REVISIONS, type Revision, runSuite } from './suite.js';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface Target {
  readonly name: string;
  readonly url: string;
  readonly baseline: URL;
}

interface Row extends Verdict {
  readonly target: string;
  readonly revision: Revision;
}

async function examine({ name, url, baseline }: Target): Promise<Row[]> {
  const excuses = readBaseline(baseline);
  const rows: Row[] = [];
  for (const revision of REVISIONS) {
    rows.push({ target: name, revision, ...hold(await runSuite(`${url}/mcp`, revision), excuses[revision]) });
  }
  return rows;
}

const LINE = [22, 12, 9, 9, 12, 7];
const line = (...cells: (string | number)[]): string =>
  cells.map((cell, i) => (i < 2 ? String(cell).padEnd(LINE[i] ?? 0) : String(cell).padStart(LINE[i] ?? 0))).join('');

const server = await startHttp({ args: ['--sandbox', '--auth', 'none'] });
const application = await startApplication();
try {
  const rows = await Promise.all([
    examine({ name: 'clerk-mcp', url: server.url, baseline: new URL('./baseline-server.yml', import.meta.url) }),
    examine({ name: 'fixtures', url: application.url, baseline: new URL('./baseline-fixtures.yml', import.meta.url) }),
  ]);
  say(line('scenarios against', 'revision', 'passed', 'excused', 'unexpected', 'stale'));
  for (const { target, revision, passed, excused, unexpected, stale } of rows.flat()) {
    say(line(target, revision, passed.length, excused.length, unexpected.length, stale.length));
    for (const failure of unexpected) say(`  failed, and no baseline says so: ${failure}`);
    for (const entry of stale) say(`  in the baseline, but does not fail: ${entry}`);
  }
  if (rows.flat().some(({ unexpected, stale }) => unexpected.length + stale.length > 0)) process.exitCode = 1;
} finally {
  await Promise.all([server.stop(), application.close()]);
}
