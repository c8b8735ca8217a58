import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below where systems take the ports from that they give to outgoing connections and to those who ask for any. */
const FIRST = 20_000;
const LAST = 32_000;

const given = new Set<number>();

/** A port of the loopback interface that nothing listens on, and that nobody is given by chance before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
