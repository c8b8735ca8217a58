let waiting: (() => void)[] = [];
let isAtExit = false;

/**
 * Does what no answer waits for, once those that are ready now are on their way; at the latest when the process ends.
 * @param work must not throw
 */
export function afterwards(work: () => void): void {
  if (waiting.push(work) > 1) return;
  setImmediate(doWaiting);
  if (isAtExit) return;
  isAtExit = true;
  // Before the log is flushed there, since most of it is for the log.
  process.prependListener('exit', doWaiting);
}

/** Does now what waits. */
export function doWaiting(): void {
  const all = waiting;
  waiting = [];
  for (const work of all) work();
}
