import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launch } from '../../../src/cli/client-config/launch.js';
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
