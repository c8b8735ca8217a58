import { PassThrough, type Writable } from 'node:stream';
import type { Server } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Logger } from '../logger.js';

/** Room for an image of 10 MB as base64 with everything around it. */
const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

export interface StdioOptions {
  /** From `claimStdout`. */
  readonly stdout: Writable;
  readonly createServer: () => Server;
  readonly logger: Logger;
  /** Called once, when the client has gone or a signal came: answer or cancel what is in flight. */
  readonly drain: () => Promise<void>;
}

/**
 * Serves MCP on this process's stdin and stdout until the client closes stdin or the process is told to stop.
 * Resolves when everything in flight has been answered or cancelled and the connection is closed.
 */
export async function serveOverStdio(options: StdioOptions): Promise<void> {
  // The transport drops its requests the moment its input ends; this one ends only after they were answered.
  const input = new PassThrough({ readableHighWaterMark: MAX_MESSAGE_BYTES });
  const transport = new StdioServerTransport(input, options.stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  const handle = serveStdio(options.createServer, {
    transport,
    onerror: (error) => options.logger.warn({ reason: error.message }, 'stdio'),
  });
  process.stdin.pipe(input, { end: false });
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    process.stdin.once('error', () => resolve());
    process.stdout.once('error', () => resolve());
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  process.stdin.unpipe(input);
  process.stdin.pause();
  await options.drain();
  await handle.close();
}
