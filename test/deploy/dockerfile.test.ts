import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { basename, join, normalize } from 'node:path';
import dockerfileUtils from 'dockerfile-utils';
import { afterAll, describe, expect, it } from 'vitest';
import { HTTP_OPTIONS } from '../../src/config/http-options.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { scratchDirectory } from '../support/scratch.js';
import { ROOT, readDeployed } from './files.js';

const text = readDeployed('Dockerfile');

/** The instructions in order, each on one line: `['COPY', 'src src']`. */
const instructions = text
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line): [string, string] => {
    const [keyword = ''] = line.split(' ', 1);
    return [keyword, line.slice(keyword.length).trim()];
  });

const lastFrom = instructions.map(([keyword]) => keyword).lastIndexOf('FROM');
const build = instructions.slice(0, lastFrom);
const final = instructions.slice(lastFrom);
const valuesOf = (stage: typeof instructions, wanted: string): string[] =>
  stage.filter(([keyword]) => keyword === wanted).map(([, value]) => value);
const json = (value: string): string[] => JSON.parse(value) as string[];

/** Does what the COPY instructions say, with the folders of the image under `root`. */
async function copy(stage: typeof instructions, root: string, from: string, workdir: string): Promise<void> {
  for (const value of valuesOf(stage, 'COPY')) {
    const words = value.split(/\s+/).filter((word) => !word.startsWith('--'));
    const target = words.pop() ?? '';
    const isFolder = target.endsWith('/') || words.length > 1;
    for (const source of words) {
      const place = join(root, workdir, isFolder ? join(target, basename(source)) : target);
      await mkdir(join(place, '..'), { recursive: true });
      await cp(join(from, source), normalize(place), { recursive: true });
    }
  }
}

async function runNode(args: readonly string[], env: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  return new Promise((resolve) => child.once('close', resolve));
}

afterAll(stopAll);

describe('the Dockerfile', () => {
  it('has no fault that a linter knows', () => {
    const faults = dockerfileUtils.validate(text).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
    expect(faults).toEqual([]);
  });

  it('ends as a user without rights, on a base of the right Node, with nothing from the network', () => {
    expect(valuesOf(final, 'USER')).toEqual(['node']);
    for (const from of valuesOf(instructions, 'FROM')) expect(from).toMatch(/^node:2[024]-slim( AS build)?$/);
    expect(valuesOf(final, 'RUN')).toEqual([]);
    expect(valuesOf(instructions, 'ADD')).toEqual([]);
    for (const value of valuesOf(final, 'COPY')) expect(value).toMatch(/^--from=build --chown=root:root /);
  });

  it('carries no secret and names only variables that exist', () => {
    const variables = valuesOf(final, 'ENV').flatMap((value) => value.split(/\s+/).map((pair) => pair.split('=')));
    const known = Object.values(HTTP_OPTIONS).map(({ env }): string => env);
    for (const [name = ''] of variables.filter(([name]) => name !== 'NODE_ENV')) expect(known).toContain(name);
    expect(text).not.toMatch(/sk_(test|live)|SECRET|SIGNING/);
  });

  it('runs only commands of the package and of npm, the latter without scripts', () => {
    expect(valuesOf(build, 'RUN')).toEqual(['npm ci --ignore-scripts', 'node scripts/build.mjs']);
    expect(json(valuesOf(final, 'ENTRYPOINT')[0] ?? '')).toEqual(['node', '/app/dist/cli.js']);
    expect(json(valuesOf(final, 'CMD')[0] ?? '')).toEqual(['http']);
  });

  it('has a health check that tells a server that lives from one that does not', async () => {
    const [check = ''] = valuesOf(final, 'HEALTHCHECK');
    const [command, ...args] = json(check.slice(check.indexOf('CMD ') + 4));
    expect(command).toBe('node');
    const ask = (port: number) => runNode(args, { CLERK_MCP_PORT: String(port) });
    const server = await startHttp();
    expect(await ask(server.port)).toBe(0);
    await server.stop();
    expect(await ask(server.port)).toBe(1);
  });

  it('copies all that the build and the program need, and the context has it', async () => {
    const directory = await scratchDirectory();
    const context = join(directory, 'context');
    const [deny, ...allowed] = readDeployed('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(deny).toBe('*');
    for (const line of allowed) {
      expect(line).toMatch(/^!/);
      await cp(join(ROOT, line.slice(1)), join(context, line.slice(1)), { recursive: true });
    }
    const [buildDir = ''] = valuesOf(build, 'WORKDIR');
    await copy(build, directory, context, buildDir);
    const built = join(directory, buildDir);
    await symlink(join(ROOT, 'node_modules'), join(built, 'node_modules'));
    const made = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: built, encoding: 'utf8' });
    expect(made).toMatchObject({ status: 0, stderr: '' });

    const [appDir = ''] = valuesOf(final, 'WORKDIR');
    await copy(final, directory, directory, appDir);
    const app = join(directory, appDir);
    expect((await readdir(app)).sort()).toEqual(['dist', 'package.json', 'plans']);
    const [, program = ''] = json(valuesOf(final, 'ENTRYPOINT')[0] ?? '');
    const args = [join(directory, program), 'call', '--sandbox', 'Users_getTotalCount'];
    const run = spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8', env: {} });
    expect(run).toMatchObject({ status: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ total_count: 25 });
  });
});
