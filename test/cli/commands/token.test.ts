import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OperatorTokens } from '../../support/operator-tokens.js';
import { runCommand } from '../../support/run-command.js';
import { scratchDirectory, scratchFile } from '../../support/scratch.js';

describe('clerk-mcp token', () => {
  it.each([
    ['revoke', ['ade'], /no token named "ade".*ada/],
    ['rotate', ['nobody'], /no token named "nobody"/],
    ['rotate', ['late'], /expired at .*--expires/],
    ['list', ['--tokens', '/nowhere/tokens.json'], /cannot be read/],
  ])('%s %j says what is wrong, and changes nothing', async (name, args, message) => {
    const path = await scratchFile(await scratchDirectory(), {
      tokens: [
        { name: 'ada', sha256: 'a'.repeat(64), role: 'viewer' },
        { name: 'late', sha256: 'b'.repeat(64), scopes: ['clerk:read'], expires: '2001-01-01T00:00:00Z' },
      ],
    });
    const before = readFileSync(path, 'utf8');
    const ended = await runCommand(['token', name, '--tokens', path, ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('clerk-mcp token new', () => {
  it.each([
    ['a name that is none', ['../x'], /A name has/],
    ['a role that is none', ['x', '--role', 'root'], /viewer, operator, admin/],
    ['an expiry in the past', ['x', '--expires', '2001-01-01T00:00:00Z'], /to come/],
    ['no file', [], /--tokens/],
  ])('refuses %s', async (what, args, message) => {
    const file = what === 'no file' ? ['x'] : ['--tokens', new OperatorTokens().path];
    const ended = await runCommand(['token', 'new', ...args, ...file]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('makes no second token of a name', async () => {
    const tokens = new OperatorTokens();
    await tokens.add('ada', 'viewer', '--expires', '90d');
    expect(readFileSync(tokens.path, 'utf8')).toMatch(/"expires": "20/);
    await expect(tokens.add('ada', 'admin')).rejects.toThrow(/already/);
  });
});
