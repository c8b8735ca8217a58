import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Logger } from '../platform/logger.js';
import { LineTransport } from './line-transport.js';
import type { StrictServer } from './request-params.js';
import type { WriteStdout } from './stdout.js';

/** Room for an image of 10 MB as base64 with everything around it. */
const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

/** How long the last answers may take to get through once all have been given, in milliseconds. */
const FLUSH_MS = 1000;

export interface StdioOptions {
  /** From `claimStdout`. */
  readonly write: WriteStdout;
  readonly createServer: () => StrictServer;
  readonly logger: Logger;
  /** Calls the function when the process is asked to end. */
  readonly whenAskedToEnd: (end: () => void) => void;
  /** Called once, when the client has gone or the process is asked to end: answer or cancel what is in flight. */
  readonly drain: () => Promise<void>;
}

/**
 * Serves MCP on this process's stdin and stdout until the client closes stdin or the process is told to stop.
 * Resolves when everything in flight has been answered or cancelled and the connection is closed.
 */
export async function serveOverStdio(options: StdioOptions): Promise<void> {
  const { stdin: input } = process;
  /** The SDK may make one only to answer a client's first question; the last one is the client's. */
  let server: StrictServer | undefined;
  const transport = new LineTransport({
    input,
    write: options.write,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    quick: () => server?.quick,
  });
  const createServer = (): StrictServer => {
    server = options.createServer();
    return server;
  };
  const handle = serveStdio(createServer, {
    transport,
    onerror: (error) => options.logger.warn({ reason: error.message }, 'stdio'),
  });
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) input.once(event, () => resolve());
    process.stdout.on('error', () => resolve());
    options.whenAskedToEnd(resolve);
  });
  input.pause();
  // The last messages may not be under way yet.
  await nextTurn();
  await options.drain();
  // A client that has not read the rest by then never will.
  await Promise.race([handle.close(), delay(FLUSH_MS, undefined, { ref: false })]);
}
