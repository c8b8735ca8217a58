import { errorMessage } from '../platform/error-message.js';

/** What to do, by the system's code. */
const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: ' Another program uses this port: give another with --port, or 0 for a free one.',
  EACCES: ' Ports below 1024 are for administrators: give a higher one with --port.',
  EADDRNOTAVAIL: ' This machine does not have that address: give one that it has with --host.',
  ENOTFOUND: ' There is no such name: give an address of this machine with --host.',
};

/** Why an address cannot be listened on, and what to do. */
export const listenProblem = (error: NodeJS.ErrnoException, host: string, port: number): string =>
  `Cannot listen on ${host}, port ${port}: ${errorMessage(error)}.${REMEDIES[error.code ?? ''] ?? ''}`;
