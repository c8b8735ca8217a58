import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import { clients } from '../../../src/cli/client-config/all.js';
import { ownKeyFile } from '../../../src/cli/client-config/paths.js';
import { CLIENTS } from '../../../src/config/init-options.js';
import type { UserPaths } from '../../../src/config/user-paths.js';

const mac: UserPaths = { platform: 'darwin', home: '/Users/ada', path: [], environment: {} };
const linux: UserPaths = { platform: 'linux', home: '/home/ada', path: [], environment: {} };
const windows: UserPaths = {
  platform: 'win32',
  home: 'C:\\Users\\ada',
  appData: 'C:\\Users\\ada\\AppData\\Roaming',
  localAppData: 'C:\\Users\\ada\\AppData\\Local',
  path: [],
  environment: {},
};

const fileOf = (id: string, places: UserPaths): string | undefined => clients.find((client) => client.id === id)?.file(places);

describe("the place of each client's file", () => {
  it.each([
    ['claude-desktop', mac, '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json'],
    ['claude-desktop', windows, 'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json'],
    ['claude-desktop', linux, '/home/ada/.config/Claude/claude_desktop_config.json'],
    ['claude-code', mac, '/Users/ada/.claude.json'],
    ['claude-code', windows, 'C:\\Users\\ada\\.claude.json'],
    ['claude-code', { ...linux, claudeConfigDir: '/etc/claude' }, '/etc/claude/.claude.json'],
    ['cursor', mac, '/Users/ada/.cursor/mcp.json'],
    ['cursor', windows, 'C:\\Users\\ada\\.cursor\\mcp.json'],
    ['vscode', mac, '/Users/ada/Library/Application Support/Code/User/mcp.json'],
    ['vscode', windows, 'C:\\Users\\ada\\AppData\\Roaming\\Code\\User\\mcp.json'],
    ['vscode', linux, '/home/ada/.config/Code/User/mcp.json'],
    ['vscode', { ...linux, xdgConfigHome: '/xdg' }, '/xdg/Code/User/mcp.json'],
    ['windsurf', linux, '/home/ada/.codeium/windsurf/mcp_config.json'],
    ['windsurf', windows, 'C:\\Users\\ada\\.codeium\\windsurf\\mcp_config.json'],
    ['gemini', linux, '/home/ada/.gemini/settings.json'],
    ['gemini', { ...linux, geminiHome: '/g' }, '/g/.gemini/settings.json'],
    ['codex', windows, 'C:\\Users\\ada\\.codex\\config.toml'],
    ['codex', { ...linux, codexHome: '/codex' }, '/codex/config.toml'],
  ])('%s', (id, places, file) => expect(fileOf(id, places)).toBe(file));

  it('is known for every client that --client names', () => {
    expect(clients.map(({ id }) => id)).toEqual([...CLIENTS]);
  });

  it('is that of the packaged Claude Desktop on Windows, where that is installed', () => {
    const packaged = `${windows.localAppData}\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude`;
    // A directory of another platform, which no test can make here.
    const looked = vi.spyOn(fs, 'existsSync').mockImplementation((path) => path === packaged);
    syncBuiltinESMExports();
    try {
      expect(fileOf('claude-desktop', windows)).toBe(`${packaged}\\claude_desktop_config.json`);
    } finally {
      looked.mockRestore();
      syncBuiltinESMExports();
    }
  });
});

describe('the place of the key for clients without one', () => {
  it.each([
    [mac, '/Users/ada/.config/clerk-mcp/secret-key'],
    [windows, 'C:\\Users\\ada\\AppData\\Roaming\\clerk-mcp\\secret-key'],
    [{ ...linux, xdgConfigHome: '/xdg' }, '/xdg/clerk-mcp/secret-key'],
  ])('%#', (places, file) => expect(ownKeyFile(places)).toBe(file));
});
