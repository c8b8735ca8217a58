import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../support/installed.js';
import { PROGRAM } from '../../support/program.js';
import { runCommand } from '../../support/run-command.js';
import { scratchDirectory } from '../../support/scratch.js';

const bash = installed(['bash'], '--version');
const zsh = installed(['zsh'], '--version');
const fish = installed(['fish'], '--version');

describe('completion', () => {
  let dir: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    dir = await scratchDirectory();
    mkdirSync(join(dir, 'bin'));
    writeFileSync(join(dir, 'bin', 'clerk-mcp'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
    chmodSync(join(dir, 'bin', 'clerk-mcp'), 0o755);
    env = { PATH: [join(dir, 'bin'), process.env.PATH ?? ''].join(delimiter), HOME: dir };
  });

  const run = (shell: string, args: readonly string[], script: string): string[] => {
    const file = join(dir, 'script');
    writeFileSync(file, script);
    const { status, stdout, stderr } = spawnSync(shell, [...args, file], { env, cwd: dir, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\n').slice(0, -1);
  };

  it.skipIf(bash.isLeftOut)(
    'completes in bash commands, flags, their values and the names of tools, and carries out nothing',
    () => {
      const lines = run(
        bash.program(),
        ['--norc', '--noprofile'],
        `source <(clerk-mcp completion bash)
       source <(clerk-mcp completion bash)
       compopt() { :; }
       try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); __clerk_mcp_complete; echo "\${COMPREPLY[@]}"; }
       try clerk-mcp comp
       try clerk-mcp policy ''
       try clerk-mcp call Users_markB
       try clerk-mcp call Users_markBanned --state-d
       try clerk-mcp call Users_markBanned --log-level = w
       try clerk-mcp --profile support,bil
       try clerk-mcp http --auth ''
       try clerk-mcp audit show --decision ref
       try clerk-mcp call X '$(touch evil)' --bat
       complete -p clerk-mcp`,
      );
      expect(lines).toEqual([
        'completion',
        'show explain check',
        'Users_markBanned',
        '--state-dir',
        'warn',
        'support,billing',
        'none token oauth',
        'refused',
        '--batch',
        'complete -o default -F __clerk_mcp_complete clerk-mcp',
      ]);
      expect(existsSync(join(dir, 'evil'))).toBe(false);
    },
  );

  it.skipIf(zsh.isLeftOut)('completes in zsh', () => {
    const lines = run(
      zsh.program(),
      ['-f'],
      `compdef() { }
       _describe() { print -l -- $completions }
       source <(clerk-mcp completion zsh)
       words=(clerk-mcp call Users_markB); CURRENT=3; _clerk-mcp
       words=(clerk-mcp call X '$(touch evil)' --bat); CURRENT=5; _clerk-mcp
       _describe() { print -l -- "$@" }
       words=(clerk-mcp call '--log-level=w'); CURRENT=3; _clerk-mcp
       _describe() { return 1 }
       _arguments() { : }
       for word in '--out=$(>evil)=x' '--confirm=\`>evil\`=p' '--$(>evil)=x'; do
         words=(clerk-mcp call $word); CURRENT=3; _clerk-mcp
       done`,
    );
    expect(lines).toEqual([
      'Users_markBanned:Ban a user',
      expect.stringMatching(/^--batch:/),
      ...['completions', 'completions', '-Q', '-P', '--log-level='],
    ]);
    expect(existsSync(join(dir, 'evil'))).toBe(false);
  });

  it.skipIf(fish.isLeftOut)('completes in fish', () => {
    const lines = run(
      fish.program(),
      ['--no-config'],
      `source (clerk-mcp completion fish | psub)
       complete -C 'clerk-mcp call Users_markB'
       complete -C 'clerk-mcp sandbox --seed e'`,
    );
    expect(lines).toEqual(['Users_markBanned\tBan a user', 'empty']);
  });

  it('prints a script for PowerShell, and names the shells where another is asked for', async () => {
    const powershell = await runCommand(['completion', 'powershell']);
    expect(powershell).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining("-CommandName 'clerk-mcp'") });
    // What is typed is put in quotes with all the marks in mind that end a string there.
    expect(powershell.stdout).toContain('::EscapeSingleQuotedStringContent($_)');
    expect(await runCommand(['completion', 'powershel'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'clerk-mcp: completion: expected one of bash, zsh, fish, powershell. Did you mean powershell?\n',
    });
  });

  it.each([
    ['policy explain --instance', 'test live sandbox'],
    ['audit export --format', 'ocsf jsonl csv'],
    ['audit show --instance', ''],
  ])('knows the words of %s', async (line, words) => {
    const { stdout } = await runCommand(['complete', '--', ...line.split(' '), '']);
    expect(
      stdout
        .split('\n')
        .slice(0, -2)
        .map((word) => word.trim())
        .join(' '),
    ).toBe(words);
  });

  it('says where files may stand, and loads no schema of the catalog for it', async () => {
    const { stdout } = await runCommand(['complete', '--', 'call', '--batch', '']);
    expect(stdout).toBe(':0\n');
    expect((await runCommand(['complete', '--', 'call', 'Users_listSorted'])).stdout).toBe(
      'Users_listSortedByCreationDate\tList users\n:4\n',
    );
    const traced = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(TRACE)}`, PROGRAM, 'complete', '--', 'call', 'Users_'],
      { env: { PATH: process.env.PATH }, encoding: 'utf8' },
    );
    expect(traced.stdout).toContain('Users_markBanned');
    const loaded = (JSON.parse(traced.stderr.split('\n').at(-2) ?? '[]') as string[]).map((file) => file.replaceAll('\\', '/'));
    expect(loaded.length).toBeGreaterThan(1);
    expect(loaded.filter((file) => /\/tools\/|\/users-|\/chunks\/users/.test(file))).toEqual([]);
  });
});

/** Tells at the end which files were loaded. */
const TRACE = `
import { createRequire } from 'node:module';
process.on('exit', () => process.stderr.write(JSON.stringify(Object.keys(createRequire(process.argv[1]).cache)) + '\\n'));
`;
