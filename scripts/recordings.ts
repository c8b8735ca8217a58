/** Records the terminal for the docs, as asciicasts: `npm run recordings`, on a system that has `script`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const WIDTH = 100;
const HEIGHT = 26;
/** Seconds that a watcher waits at most. */
const LONGEST_PAUSE = 1.5;

interface Recording {
  readonly name: string;
  readonly title: string;
  /** Typed at the prompt, one after the other. */
  readonly commands: readonly string[];
}

const RECORDINGS: readonly Recording[] = [
  { name: 'demo', title: 'The main job on the sandbox', commands: ['npm run --silent demo'] },
  {
    name: 'terminal',
    title: 'The tools at the terminal',
    commands: [
      'clerk-mcp tools ban a user',
      `clerk-mcp call Users_listSortedByCreationDate '{"query":"amara"}' --sandbox`,
      `clerk-mcp call Users_deleteUserById '{"user_id":"user_1"}' --sandbox`,
      `clerk-mcp policy explain Users_markBanned '{"user_id":"user_1"}' --sandbox`,
    ],
  },
];

/** One thing shown: after so many seconds, this text. */
type Shown = readonly [seconds: number, kind: 'o', text: string];

async function run(command: string, env: NodeJS.ProcessEnv, show: (text: string, after: number) => void): Promise<void> {
  const child = spawn('script', ['-qec', `stty cols ${WIDTH} rows ${HEIGHT}; ${command}`, '/dev/null'], {
    cwd: root,
    env,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  let last = performance.now();
  child.stdout.on('data', (chunk: Buffer) => {
    const now = performance.now();
    show(String(chunk), Math.min((now - last) / 1000, LONGEST_PAUSE));
    last = now;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 && !command.includes('Users_deleteUserById')) throw new Error(`${command} ended with ${code}`);
}

async function record({ name, title, commands }: Recording, env: NodeJS.ProcessEnv): Promise<void> {
  const shown: Shown[] = [];
  let at = 0;
  const show = (text: string, after: number): void => {
    at += after;
    shown.push([Number(at.toFixed(3)), 'o', text]);
  };
  for (const command of commands) {
    show('\u001b[1;32m$\u001b[0m ', 0.4);
    for (const letter of command) show(letter, 0.03);
    show('\r\n', 0.4);
    await run(command, env, show);
  }
  show('', 2);
  const head = { version: 2, width: WIDTH, height: HEIGHT, title };
  const file = join(root, `docs/public/recordings/${name}.cast`);
  writeFileSync(file, `${[head, ...shown].map((line) => JSON.stringify(line)).join('\n')}\n`);
}

const folder = mkdtempSync(join(tmpdir(), 'clerk-mcp-recordings-'));
try {
  symlinkSync(join(root, 'dist/cli.js'), join(folder, 'clerk-mcp'));
  const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  for (const recording of RECORDINGS) await record(recording, env);
} finally {
  rmSync(folder, { recursive: true });
}
