import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launch, launchFromDesktop } from '../../../src/cli/client-config/launch.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = await scratchDirectory();

async function script(path: string): Promise<string> {
  const file = join(scratch, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  return file;
}

describe('how a client starts this program', () => {
  it('is the package where npx runs it: its cache is nothing to rely on', async () => {
    const file = await script('_npx/0a1b/node_modules/clerk-mcp/dist/cli.js');
    expect(launch(file, 'linux')).toEqual({ command: 'npx', args: ['-y', 'clerk-mcp'] });
    expect(launch(file, 'win32')).toEqual({ command: 'cmd', args: ['/c', 'npx', '-y', 'clerk-mcp'] });
  });

  it('is the file itself where it is installed or cloned, behind the link that is on the PATH', async () => {
    const file = await script('lib/node_modules/clerk-mcp/dist/cli.js');
    const link = join(scratch, 'clerk-mcp');
    await symlink(file, link);
    expect(launch(link, 'darwin')).toEqual({ command: 'node', args: [file] });
  });
});

describe("how a client of the desktop starts it, whose PATH is not a shell's", () => {
  const places = { home: '/home/ada', environment: {} };
  const server = { name: 'clerk', args: ['-y', 'clerk-mcp'], key: { from: 'none' } } as const;

  it('is Node by its whole path, through the link that outlives an update', async () => {
    const node = await script('Cellar/node/24.1.0/bin/node');
    const bin = join(scratch, 'homebrew/bin');
    await mkdir(bin, { recursive: true });
    await symlink(node, join(bin, 'node'));
    const passing = join(scratch, 'fnm_multishells/1/bin');
    await mkdir(passing, { recursive: true });
    await symlink(node, join(passing, 'node'));
    const start = (...path: readonly string[]) =>
      launchFromDesktop({ ...server, command: 'node' }, { ...places, platform: 'darwin', path }, node);
    expect(start(passing, bin)).toEqual({ ...server, command: join(bin, 'node') });
    expect(start(passing)).toEqual({ ...server, command: node });
    expect(start()).toEqual({ ...server, command: node });
  });

  it('is npx by its whole path with a PATH on which it finds its Node', () => {
    const started = launchFromDesktop(
      { ...server, command: 'npx' },
      { ...places, platform: 'linux', path: [] },
      '/home/ada/.nvm/versions/node/v24.1.0/bin/node',
    );
    expect(started.command).toBe('/home/ada/.nvm/versions/node/v24.1.0/bin/npx');
    expect(started.env).toEqual({ PATH: '/home/ada/.nvm/versions/node/v24.1.0/bin:/usr/local/bin:/usr/bin:/bin' });
  });

  it('is the same on Windows, where Node is on the PATH of all programs', () => {
    const cmd = { ...server, command: 'cmd' };
    expect(launchFromDesktop(cmd, { ...places, platform: 'win32', path: [] }, 'C:\\node.exe')).toBe(cmd);
  });
});
