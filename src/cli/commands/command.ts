import { complain } from '../complain.js';

/** The exit codes. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3, interrupted: 130 } as const;

/**
 * How long calls in flight may go on once the client has gone or a signal came, in milliseconds. The MCP SDKs close the
 * input and send a signal two seconds later; a first call on a busy machine takes most of one second.
 */
export const GRACE_MS = 1200;

export type Flags = Readonly<Record<string, unknown>>;

/** For commands that keep no log: warnings go to stderr, and the rest shows in what the commands print. */
export const toStderr = {
  info: (): void => {},
  warn: (message: string): void => complain(message),
};

/** The only place that writes to stdout, on behalf of commands that print. */
export function print(text: string): void {
  process.stdout.write(text);
}
