/** What the process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2, refused: 3 } as const;

/**
 * How long calls in flight may go on once the client has gone or a signal came. The MCP SDKs wait two seconds after closing
 * the input before they signal, and a first call on a busy machine takes most of one.
 */
export const GRACE_MS = 1200;

export type Flags = Readonly<Record<string, unknown>>;

/** For commands that log nothing: what is out of order stands on stderr, the rest is seen from what they print. */
export const toStderr = {
  info: (): void => {},
  warn: (message: string): void => {
    process.stderr.write(`clerk-mcp: ${message}\n`);
  },
};

/** Stdout belongs to the commands that print: here, and nowhere else, something may be written to it. */
export function print(text: string): void {
  process.stdout.write(text);
}
