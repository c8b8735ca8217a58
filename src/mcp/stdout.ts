/** Writes text to stdout. Resolves when it has been handed to the system. */
export type WriteStdout = (text: string) => Promise<void>;

/** How much of what others write to stdout may wait for the reader of stderr, in bytes. */
const MOST_WAITING = 1024 * 1024;

/**
 * Keeps stdout for MCP messages, from this moment on: anything else that writes there, a dependency or `console.log`,
 * lands on stderr, as long as that is read.
 */
export function claimStdout(): WriteStdout {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((...given: Parameters<typeof process.stderr.write>) =>
    process.stderr.writableLength > MOST_WAITING || process.stderr.write(...given)) as typeof process.stdout.write;
  return (text) =>
    new Promise((resolve, reject) => {
      write(text, (error) => (error ? reject(error) : resolve()));
    });
}
