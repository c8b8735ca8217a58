import { claudeCode } from './claude-code.js';
import { claudeDesktop } from './claude-desktop.js';
import { cline } from './cline.js';
import { codex } from './codex.js';
import { cursor } from './cursor.js';
import { gemini } from './gemini.js';
import { kiro } from './kiro.js';
import type { Client } from './mcp-client.js';
import { vscode } from './vscode.js';
import { windsurf } from './windsurf.js';
import { zed } from './zed.js';

/** Every client whose configuration we can write. */
export const clients: readonly Client[] = [claudeDesktop, claudeCode, cursor, vscode, windsurf, gemini, codex, cline, kiro, zed];
