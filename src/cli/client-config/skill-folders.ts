import type { UserPaths } from '../../config/user-paths.js';
import type { Client } from './mcp-client.js';
import { joinIn } from './paths.js';

/**
 * Where clients look for a person's own skills, one folder for each. Codex shares its folder with other clients. Claude
 * Desktop has none: there, a skill is uploaded.
 */
export const SKILL_FOLDERS: Readonly<Partial<Record<Client['id'], (places: UserPaths) => string>>> = {
  'claude-code': (places) => joinIn(places, places.claudeConfigDir ?? joinIn(places, places.home, '.claude'), 'skills'),
  codex: (places) => joinIn(places, places.home, '.agents', 'skills'),
  cursor: (places) => joinIn(places, places.home, '.cursor', 'skills'),
  gemini: (places) => joinIn(places, places.geminiHome ?? places.home, '.gemini', 'skills'),
  vscode: (places) => joinIn(places, places.home, '.copilot', 'skills'),
  windsurf: (places) => joinIn(places, places.home, '.codeium', 'windsurf', 'skills'),
};
