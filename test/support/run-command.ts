import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEveryFile, afterEveryTest } from './ends.js';
import { NODE } from './node.js';
import { childEnv, type Ended, PROGRAM } from './program.js';

const SCRIPT = fileURLToPath(new URL('./command-host.mjs', import.meta.url));

/** One process in which commands are carried out. */
class CommandHost {
  readonly #child: ChildProcess;
  /** Stands after what each command writes. */
  readonly #mark = `end of the command ${randomUUID()}`;
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;

  constructor() {
    this.#child = spawn(NODE, [SCRIPT, PROGRAM, this.#mark], {
      env: childEnv(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.stdout?.setEncoding('utf8');
    this.#child.stderr?.setEncoding('utf8');
  }

  run(command: object): Promise<Ended> {
    this.#running++;
    const ended = this.#last.then(() => this.#carryOut(command)).finally(() => this.#running--);
    this.#last = ended.catch(() => {});
    return ended;
  }

  /** Whether a command goes on. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  async #carryOut(command: object): Promise<Ended> {
    const said = { stdout: this.#upToMark('stdout'), stderr: this.#upToMark('stderr') };
    const answered = once(this.#child, 'message') as Promise<[number]>;
    this.#child.send(command);
    const [[code], stdout, stderr] = await Promise.all([answered, said.stdout, said.stderr]);
    return { code, signal: null, stdout, stderr };
  }

  #upToMark(name: 'stdout' | 'stderr'): Promise<string> {
    const stream = this.#child[name];
    return new Promise((resolve, reject) => {
      let text = '';
      const take = (chunk: string): void => {
        text += chunk;
        if (text.endsWith(this.#mark)) done(() => resolve(text.slice(0, -this.#mark.length)));
      };
      const fail = (): void => done(() => reject(new Error(`the commands' process has ended: ${text}`)));
      const done = (settle: () => void): void => {
        stream?.off('data', take).off('close', fail);
        settle();
      };
      stream?.on('data', take).once('close', fail);
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.isBusy) this.#child.kill('SIGKILL');
    else this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

let host: CommandHost | undefined;
async function endHost(): Promise<void> {
  await host?.end();
  host = undefined;
}
afterEveryFile.push(endHost);
// A test that gave a command up does not leave it to the next.
afterEveryTest.push(async () => {
  if (host?.isBusy === true) await endHost();
});

/**
 * Runs a command of the built program to its end as `runProgram` does, for a fraction of the cost: the commands of a test file take
 * turns in one process. For what a command does and says. What is of the process itself (how it starts and ends, its signals, a
 * standard stream that is a file or is closed, a variable that Node itself reads) needs `runProgram`, and so does what serves.
 */
export function runCommand(
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; stdin?: string | Uint8Array } = {},
): Promise<Ended> {
  const ofNode = Object.keys(options.env ?? {}).filter((name) => name.startsWith('NODE_'));
  if (ofNode.length > 0) throw new Error(`Node reads ${ofNode} at its start alone: that needs runProgram`);
  host ??= new CommandHost();
  const stdin = Buffer.from(options.stdin ?? '').toString('base64');
  return host.run({ args, env: childEnv(options.env), stdin });
}
