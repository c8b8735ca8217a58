import type { UserPaths } from '../../config/user-paths.js';
import type { Client } from './mcp-client.js';
import { joinIn } from './paths.js';

/**
 * Where clients look for a user's own skills, each in a folder of its own. Codex shares its directory with other
 * clients. Claude Desktop has none: skills are uploaded there.
 */
export const SKILL_FOLDERS: Readonly<Partial<Record<Client['id'], (places: UserPaths) => string>>> = {
  'claude-code': (places) => joinIn(places, places.claudeConfigDir ?? joinIn(places, places.home, '.claude'), 'skills'),
  codex: (places) => joinIn(places, places.home, '.agents', 'skills'),
  cursor: (places) => joinIn(places, places.home, '.cursor', 'skills'),
  gemini: (places) => joinIn(places, places.geminiHome ?? places.home, '.gemini', 'skills'),
  vscode: (places) => joinIn(places, places.home, '.copilot', 'skills'),
  windsurf: (places) => joinIn(places, places.home, '.codeium', 'windsurf', 'skills'),
};
