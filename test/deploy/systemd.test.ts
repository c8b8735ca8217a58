import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installed, systemEnv } from '../support/installed.js';
import { scratchDirectory } from '../support/scratch.js';
import { readDeployed, settingsOf } from './files.js';

const unit = readDeployed('systemd/clerk-mcp@.service');
const valuesOf = (key: string): string[] => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

const systemd = installed(['systemd-analyze'], '--version');

/** How exposed a service may be, from 0 to 100; without any hardening it is 96. */
const MOST_EXPOSURE = 20;

describe('the systemd unit', () => {
  it.skipIf(systemd.isLeftOut)('is taken by systemd, and leaves the service little room', async () => {
    const directory = await scratchDirectory();
    // Programs must be there to be checked; Node is not at the same place everywhere.
    const here = unit.replaceAll('%i', '3001').replace('/usr/bin/node', process.execPath);
    const file = join(directory, 'clerk-mcp.service');
    await writeFile(file, here.replace('/bin/kill', process.execPath));
    const run = (...args: string[]) => spawnSync(systemd.program(), args, { encoding: 'utf8', env: systemEnv });
    expect(run('verify', '--man=no', file)).toMatchObject({ status: 0, stderr: '' });
    const judged = run('security', '--offline=true', '--no-pager', `--threshold=${MOST_EXPOSURE}`, file);
    expect({ status: judged.status, end: judged.stdout.trim().split('\n').at(-1) }).toMatchObject({ status: 0 });
  });

  it('gives the program settings that it takes', async () => {
    const [command = ''] = valuesOf('ExecStart');
    const [, , serve, ...flags] = command.split(' ');
    expect(serve).toBe('http');
    const pairs = valuesOf('Environment').map((pair) => pair.split('='));
    const env: Record<string, string> = Object.fromEntries(pairs);
    expect(await settingsOf({ env, flags: flags.map((flag) => flag.replace('%i', '3001')) })).toMatchObject({
      http: { port: 3001, host: '127.0.0.1', auth: 'token', trustedProxies: ['127.0.0.1'] },
    });
    const [credential = ''] = valuesOf('LoadCredential');
    expect(env.CLERK_SECRET_KEY_FILE).toBe(`%d/${credential.split(':')[0]}`);
  });

  it('has time for the calls in flight, and keeps its state where it may write', () => {
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(15);
    const [state] = valuesOf('StateDirectory');
    for (const name of ['CLERK_MCP_TOKENS', 'CLERK_MCP_AUDIT_LOG']) {
      expect(unit).toMatch(new RegExp(`^Environment=${name}=%S/${state}/`, 'm'));
    }
    expect(valuesOf('ProtectSystem')).toEqual(['strict']);
    expect(valuesOf('User')).not.toContain('root');
  });
});
