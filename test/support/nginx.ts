import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { installed, systemEnv } from './installed.js';

const nginx = installed(['nginx'], '-v');

/** Tests that need nginx are left out where it is not installed, unless everything was asked for. */
export const withoutNginx = nginx.isLeftOut;

const DEPLOYED = new URL('../../deploy/nginx/', import.meta.url);

/** The configuration of the deployment with the places of this machine in it, each of which must be there once. */
export async function renderNginx(directory: string, port: number, servers: string): Promise<string> {
  const serversFile = join(directory, 'servers.conf');
  await writeFile(serversFile, servers);
  let site = await readFile(new URL('clerk-mcp.conf', DEPLOYED), 'utf8');
  for (const [from, to] of [
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['include /etc/nginx/clerk-mcp-servers.conf;', `include ${serversFile};`],
    ['access_log /var/log/nginx/access.log', `access_log ${join(directory, 'access.log')}`],
  ] as const) {
    if (site.split(from).length !== 2) throw new Error(`clerk-mcp.conf must have "${from}" once`);
    site = site.replace(from, to);
  }
  const siteFile = join(directory, 'clerk-mcp.conf');
  await writeFile(siteFile, site);
  const file = join(directory, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  // One process, as whoever runs the tests: it needs no rights, and ends when it is told to.
  const main = `daemon off; master_process off; pid ${join(directory, 'nginx.pid')}; error_log stderr notice;
events { worker_connections 4096; }
http { ${temporary.join(' ')} include ${siteFile}; }
`;
  await writeFile(file, main);
  return file;
}

/** Runs `nginx -t`. Resolves with what it says and its exit code. */
export async function checkNginx(file: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(nginx.program(), ['-t', '-c', file], { env: systemEnv, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

export interface Nginx {
  /** Without a slash at the end. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The nginx of the deployment on a free port, before servers on these ports. Its files are in the directory. */
export async function startNginx(directory: string, ports: readonly number[]): Promise<Nginx> {
  const port = await freePort();
  const servers = await readFile(new URL('servers.conf', DEPLOYED), 'utf8');
  const lines = servers.match(/^server 127\.0\.0\.1:\d+.*;$/gm) ?? [];
  const file = await renderNginx(directory, port, ports.map((to, at) => lines[at]?.replace(/:\d+/, `:${to}`)).join('\n'));
  const child = spawn(nginx.program(), ['-c', file], { env: systemEnv, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    // By the time that it says how it waits for events, it listens.
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes('event method')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`nginx ended: ${said.join('\n')}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}
