import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../src/call/metrics.js';

describe('the metrics', () => {
  const make = (sessions = () => 0, inFlight = () => 0, droppedLogLines = () => 0): Promise<Metrics> =>
    createMetrics({ tools: ['Users_getUserList', 'Users_markBanned'], sessions, inFlight, droppedLogLines });
  const lines = async (metrics: Metrics): Promise<string[]> =>
    (await metrics.render()).text.split('\n').filter((line) => line.startsWith('clerk_mcp_'));

  it('count calls by tool, outcome and decision, and how long they took', async () => {
    const metrics = await make();
    metrics.call('Users_getUserList', 'done', 'allow', 0.2);
    metrics.call('Users_getUserList', 'done', 'allow', 0.02);
    metrics.call('Users_markBanned', 'refused', 'refuse', 0.001);
    const said = await lines(metrics);
    expect(said).toContain('clerk_mcp_calls_total{tool="Users_getUserList",outcome="done",decision="allow"} 2');
    expect(said).toContain('clerk_mcp_calls_total{tool="Users_markBanned",outcome="refused",decision="refuse"} 1');
    expect(said).toContain('clerk_mcp_call_duration_seconds_bucket{le="0.1",tool="Users_getUserList"} 1');
    expect(said).toContain('clerk_mcp_call_duration_seconds_count{tool="Users_getUserList"} 2');
  });

  it('let no caller make labels: tools that do not exist are one', async () => {
    const metrics = await make();
    for (let i = 0; i < 100; i++) metrics.call(`sk_test_made_up_${i}"} 1\nfake 1`, 'unknown_tool', 'none', 0);
    const said = await lines(metrics);
    expect(said.filter((line) => line.startsWith('clerk_mcp_calls_total'))).toEqual([
      'clerk_mcp_calls_total{tool="unknown",outcome="unknown_tool",decision="none"} 100',
    ]);
    expect(said.join('\n')).not.toContain('sk_test');
  });

  it('count the answers of Clerk by status, 429 also among the limits, and take no status that is none', async () => {
    const metrics = await make();
    for (const status of [200, 429, 429, 'none', 0, 7000, Number.NaN, 200.5] as const) metrics.upstream(status);
    metrics.limited('rate');
    metrics.denied('invalid');
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'clerk_mcp_upstream_responses_total{status="200"} 1',
        'clerk_mcp_upstream_responses_total{status="429"} 2',
        'clerk_mcp_upstream_responses_total{status="none"} 5',
        'clerk_mcp_limited_total{by="clerk"} 2',
        'clerk_mcp_limited_total{by="rate"} 1',
        'clerk_mcp_denied_total{why="invalid"} 1',
      ]),
    );
  });

  it('show what is open at the moment they are read', async () => {
    let sessions = 3;
    const metrics = await make(
      () => sessions,
      () => 7,
    );
    expect(await lines(metrics)).toEqual(expect.arrayContaining(['clerk_mcp_sessions 3', 'clerk_mcp_calls_in_flight 7']));
    sessions = 0;
    expect(await lines(metrics)).toContain('clerk_mcp_sessions 0');
  });

  it('come in the format that Prometheus reads, two sets side by side', async () => {
    const [one, other] = [await make(), await make()];
    one.limited('rate');
    expect((await one.render()).contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await lines(other)).some((line) => line.startsWith('clerk_mcp_limited_total{'))).toBe(false);
  });
});
