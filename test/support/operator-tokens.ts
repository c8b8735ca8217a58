import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.js';

/** A file of tokens as an operator makes and changes it, by the program's own command. */
export class OperatorTokens {
  readonly path = join(mkdtempSync(join(tmpdir(), 'clerk-mcp-tokens-')), 'tokens.json');

  /** Makes a token and answers with it. */
  async add(name: string, role: 'viewer' | 'operator' | 'admin', ...more: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runCommand(['token', 'new', name, '--tokens', this.path, '--role', role, ...more]);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  remove(name: string): void {
    this.change((tokens) => tokens.filter((entry) => entry.name !== name));
  }

  change(edit: (tokens: Record<string, unknown>[]) => Record<string, unknown>[]): void {
    const { tokens } = JSON.parse(readFileSync(this.path, 'utf8')) as { tokens: Record<string, unknown>[] };
    writeFileSync(this.path, JSON.stringify({ tokens: edit(tokens) }));
  }
}
