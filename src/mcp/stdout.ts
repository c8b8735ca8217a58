import { Writable } from 'node:stream';

/**
 * Keeps stdout for MCP messages, from this moment on: whatever else writes there, a dependency or `console.log`,
 * lands on stderr.
 */
export function claimStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  return new Writable({
    decodeStrings: false,
    write: (chunk, encoding, callback) => {
      write(chunk, encoding, callback);
    },
  });
}
