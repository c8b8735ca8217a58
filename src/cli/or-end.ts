/** How long exports under way may keep a process alive that has failed, in milliseconds. */
const LEFTOVERS_MS = 100;

/**
 * Runs a server. Where it fails, what was said of that is sent, and a collector that does not answer does not keep the process
 * from its end.
 */
export async function orEnd<T>(telemetry: { close(): Promise<void> } | undefined, serve: () => Promise<T>): Promise<T> {
  try {
    return await serve();
  } catch (error) {
    if (telemetry !== undefined) {
      await telemetry.close();
      setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
    }
    throw error;
  }
}
