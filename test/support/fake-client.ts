import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a client's program was started with. */
export interface Start {
  readonly argv: readonly string[];
  /** Everything in its environment, as one text. */
  readonly environment: string;
}

/** A person's machine in miniature: a home, and a directory of programs that write down how they were started. */
export class FakeMachine {
  readonly home: string;
  readonly #bin: string;

  constructor(directory: string) {
    this.home = join(directory, 'home');
    this.#bin = join(directory, 'bin');
  }

  /** What our program is started with. The key in it must turn up nowhere. */
  get env(): Record<string, string> {
    return { HOME: this.home, PATH: this.#bin, CLERK_SECRET_KEY: 'sk_live_neverToBeSeen' };
  }

  /** Puts a program on the PATH that notes its start and then runs `body`, as CommonJS. */
  async program(name: string, body = ''): Promise<void> {
    await mkdir(this.#bin, { recursive: true });
    const path = join(this.#bin, name);
    const note = `require('node:fs').appendFileSync(${JSON.stringify(this.#log(name))}, JSON.stringify({ argv: process.argv.slice(2), environment: JSON.stringify(process.env) }) + '\\n');`;
    await writeFile(path, `#!${process.execPath}\n${note}\n${body}\n`);
    await chmod(path, 0o755);
  }

  async starts(name: string): Promise<Start[]> {
    const text = await readFile(this.#log(name), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Start);
  }

  async file(path: string, content: string | Buffer, mode = 0o644): Promise<string> {
    const at = join(this.home, path);
    await mkdir(join(at, '..'), { recursive: true });
    await writeFile(at, content);
    await chmod(at, mode);
    return at;
  }

  read(path: string): Promise<string> {
    return readFile(join(this.home, path), 'utf8');
  }

  readonly #log = (name: string): string => join(this.#bin, `${name}.log`);
}
