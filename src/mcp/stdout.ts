/** Writes text to stdout. Resolves when it has been handed to the system. */
export type WriteStdout = (text: string) => Promise<void>;

/**
 * Keeps stdout for MCP messages, from this moment on: whatever else writes there, a dependency or `console.log`,
 * lands on stderr.
 */
export function claimStdout(): WriteStdout {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  return (text) =>
    new Promise((resolve, reject) => {
      write(text, (error) => (error ? reject(error) : resolve()));
    });
}
