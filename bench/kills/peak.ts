import { readFileSync } from 'node:fs';

/** The most that a process has had in memory so far, in MiB; Linux says it. */
export function peakMiB(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error(`the memory of process ${pid} cannot be read`);
  return Math.round(Number(kib) / 1024);
}
