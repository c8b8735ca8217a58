import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { type RedisServer, startRedis, withoutRedis } from '../limits/redis-server.js';
import { FakeCollector } from '../support/fake-collector.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { clerkError, json, MisbehavingServer } from '../support/misbehaving-server.js';
import { bearer, modernCall } from '../support/raw-http.js';
import { scratchDirectory } from '../support/scratch.js';
import { tokenFile, tokenOf } from '../support/token-file.js';
import { readDeployed } from './files.js';

const PANEL = z.object({
  id: z.int(),
  type: z.enum(['row', 'timeseries', 'stat']),
  title: z.string().min(1),
  gridPos: z.strictObject({ h: z.int().positive(), w: z.int().positive(), x: z.int().min(0), y: z.int().min(0) }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).optional(),
});

const DASHBOARD = z.object({
  uid: z.literal('clerk-mcp'),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(PANEL).min(10),
});

const DURATION = z.string().regex(/^\d+[smhd]$/);
const RULE = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string().min(1),
  for: DURATION.optional(),
  labels: z.strictObject({ severity: z.enum(['info', 'warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
});
const ALERTS = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), interval: DURATION.optional(), rules: z.array(RULE).min(1) })).min(1),
});

const dashboard = DASHBOARD.parse(JSON.parse(readDeployed('grafana/clerk-mcp.json')));
const alerts = ALERTS.parse(parse(readDeployed('prometheus/alerts.yml')));
const rules = alerts.groups.flatMap((group) => group.rules);

const expressions: [name: string, expr: string][] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }): [string, string][] => targets.map(({ expr }) => [title, expr])),
  ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
];

/** What Prometheus adds by itself to what it scrapes. */
const OF_PROMETHEUS = { metrics: new Set(['up']), labels: new Set(['job', 'instance']) };

interface Used {
  readonly name: string;
  readonly labels: readonly string[];
}

interface Expression {
  /** The metrics in it, with the labels that they are chosen by. */
  readonly metrics: readonly Used[];
  /** The labels that results are grouped by. */
  readonly grouped: readonly string[];
  /** What cannot be read. */
  readonly faults: readonly string[];
  /** Whether it compares, so that it is not true whenever there is data. */
  readonly compares: boolean;
}

/** Grafana fills in the range. */
const filledIn = (expr: string): string => expr.replaceAll('$__rate_interval', '5m');

/** By Prometheus' own grammar. */
function read(given: string): Expression {
  const expr = filledIn(given);
  const metrics: { name: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  const faults: string[] = [];
  let compares = false;
  let isGrouping = false;
  parser.parse(expr).iterate({
    enter: ({ name, from, to, type }) => {
      const text = expr.slice(from, to);
      if (type.isError) faults.push(`${expr.slice(0, from)}⚠${expr.slice(from)}`);
      else if (name === 'GroupingLabels') isGrouping = true;
      else if (name === 'VectorSelector') metrics.push({ name: '', labels: [] });
      else if (name === 'Identifier') Object.assign(metrics.at(-1) ?? {}, { name: text });
      else if (name === 'LabelName') (isGrouping ? grouped : (metrics.at(-1)?.labels ?? [])).push(text);
      else if (['Eql', 'Gtr', 'Lss', 'Gte', 'Lte', 'Neq'].includes(name)) compares = true;
    },
    leave: ({ name }) => {
      if (name === 'GroupingLabels') isGrouping = false;
    },
  });
  return { metrics, grouped, faults, compares };
}

it.each(expressions)('Prometheus can read the expression of %s', (_, expr) => {
  expect(read(expr).faults).toEqual([]);
});

describe('the alert rules', () => {
  it('each have a name of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('compare with something, so that they are not true whenever there is data', () => {
    for (const { alert, expr } of rules) expect(read(expr).compares, alert).toBe(true);
  });
});

describe('the dashboard', () => {
  it('has panels that do not overlap and fit its width', () => {
    const taken = new Set<string>();
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken, `${title} at ${x},${y}`).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  it('shows in legends only what results are grouped by', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(read(expr).grouped, title).toContain(label);
      }
    }
  });
});

describe.skipIf(withoutRedis)('what the dashboard and the alert rules ask for', () => {
  /** By metric, all labels that it had. */
  const shown = new Map<string, Set<string>>();
  let redis: RedisServer;
  beforeAll(async () => {
    const directory = await scratchDirectory();
    redis = await startRedis();
    let end = async (): Promise<void> => {};
    const collector = await FakeCollector.start((close) => {
      end = close;
    });
    const clerk = await MisbehavingServer.start(
      clerkError(429, 'too_many_requests', { 'retry-after': '0' }),
      json({ total_count: 1 }),
    );
    const server = await startHttp({
      args: [
        ...['--auth', 'token', '--tokens', await tokenFile(directory, ['ann']), '--store', redis.url],
        ...['--audit-log', join(directory, 'audit.log'), '--audit-ship', `otlp+${collector.url}`],
      ],
      env: {
        CLERK_SECRET_KEY: 'sk_test_monitored',
        CLERK_API_URL: clerk.origin,
        CLERK_MCP_SIGNING_KEY: 'a signing key of thirty-two bytes or more',
      },
    });
    await modernCall(server.url, 'Users_getTotalCount', {}, bearer(tokenOf('ann')));
    await modernCall(server.url, 'Users_getTotalCount', {}, bearer(tokenOf('bob')));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]\w*)(?:\{([^}]*)\})? \S+$/gim)) {
      const known = shown.get(name) ?? new Set();
      shown.set(name, known);
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    }
    expect((await server.stop()).code).toBe(0);
    await Promise.all([end(), clerk.stop()]);
  });
  afterAll(async () => {
    await stopAll();
    await redis.kill();
  });

  it.each(expressions)('is what a server shows at /metrics: %s', (_, expr) => {
    const { metrics, grouped } = read(expr);
    expect(metrics.length).toBeGreaterThan(0);
    const labels = new Set<string>(OF_PROMETHEUS.labels);
    for (const { name, labels: chosen } of metrics) {
      const known = new Set([...(shown.get(name) ?? []), ...OF_PROMETHEUS.labels]);
      if (!OF_PROMETHEUS.metrics.has(name)) expect([...shown.keys()]).toContain(name);
      for (const label of chosen) expect(known, name).toContain(label);
      for (const label of known) labels.add(label);
    }
    for (const label of grouped) expect(labels).toContain(label);
  });
});
