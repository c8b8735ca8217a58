import { describe, expect, it } from 'vitest';
import { hold, readBaseline } from './baseline.js';
import { type Check, REVISIONS, scenariosOf } from './suite.js';

const check = (id: string, status: Check['status'] = 'SUCCESS'): Check => ({ id, status, errorMessage: 'as it is' });
const results = (checks: readonly Check[]) => new Map([['scenario', [check('wire-schema-valid'), ...checks]]]);
const excuses = (...entries: string[]) => new Map(entries.map((entry) => [entry, 'a reason']));

describe('holding results against the baseline', () => {
  it('a scenario passes in which nothing fails', () => {
    const verdict = hold(results([check('a'), check('b', 'SKIPPED')]), excuses());
    expect(verdict).toEqual({ passed: ['scenario'], excused: [], unexpected: [], stale: [] });
  });

  it.each(['FAILURE', 'WARNING'] as const)('a %s without an excuse is unexpected', (status) => {
    const verdict = hold(results([check('a'), check('b', status)]), excuses());
    expect(verdict).toEqual({ passed: [], excused: [], unexpected: ['scenario:b: as it is'], stale: [] });
  });

  it('an excuse covers its scenario, or its check and no other', () => {
    const failing = results([check('a', 'FAILURE'), check('b', 'FAILURE')]);
    expect(hold(failing, excuses('scenario'))).toMatchObject({ excused: ['scenario'], unexpected: [], stale: [] });
    expect(hold(failing, excuses('scenario:a'))).toMatchObject({ excused: [], unexpected: ['scenario:b: as it is'], stale: [] });
    expect(hold(failing, excuses('scenario:a', 'scenario:b'))).toMatchObject({ excused: ['scenario'], unexpected: [] });
  });

  it('nothing excuses messages that are not MCP', () => {
    const verdict = hold(
      new Map([['scenario', [check('a', 'FAILURE'), check('wire-schema-valid', 'FAILURE')]]]),
      excuses('scenario'),
    );
    expect(verdict).toMatchObject({ excused: [], unexpected: ['scenario:wire-schema-valid: as it is'], stale: [] });
  });

  it.each(['scenario', 'scenario:a', 'scenario:missing', 'another'])('%s is stale where nothing of it fails', (entry) => {
    expect(hold(results([check('a')]), excuses(entry)).stale).toEqual([entry]);
  });

  it('a check that comes twice fails when it fails once', () => {
    expect(hold(results([check('a', 'FAILURE'), check('a')]), excuses('scenario:a'))).toMatchObject({
      stale: [],
      unexpected: [],
    });
    expect(hold(results([check('a'), check('a', 'FAILURE')]), excuses()).unexpected).toHaveLength(1);
  });

  it('a scenario that skips everything has not passed', () => {
    const skipped = results([check('a', 'SKIPPED'), check('b', 'INFO')]);
    expect(hold(skipped, excuses())).toMatchObject({ passed: [], unexpected: [expect.stringContaining('nothing-checked')] });
    expect(hold(skipped, excuses('scenario'))).toMatchObject({ excused: ['scenario'], unexpected: [], stale: [] });
  });
});

describe.each(['server', 'fixtures'])('baseline-%s.yml', (name) => {
  const baseline = readBaseline(new URL(`./baseline-${name}.yml`, import.meta.url));

  it.each(REVISIONS)('names scenarios that the suite has for %s', (revision) => {
    const known = scenariosOf(revision);
    for (const entry of baseline[revision].keys()) expect(known).toContain(entry.split(':')[0]);
  });
});
