import { join } from 'node:path';
import { type Ended, runProgram } from './program.js';

/** The same for all who are enrolled in tests. */
export const PASSPHRASE = 'correct horse battery staple';

/** A file of approvers, and the commands that go by it. */
export interface ApproversFile {
  readonly path: string;
  /** Enrols somebody with the passphrase of the tests. */
  readonly enrol: (name: string, ...args: readonly string[]) => Promise<Ended>;
  /** `clerk-mcp approvals …` as that person. */
  readonly approvals: (as: string, ...args: readonly string[]) => Promise<Ended>;
}

export function approversFile(directory: string, name = 'approvers.json'): ApproversFile {
  const path = join(directory, name);
  const run = (args: readonly string[], passphrase = PASSPHRASE): Promise<Ended> =>
    runProgram([...args, '--approvers', path, '--passphrase-stdin'], { stdin: `${passphrase}\n` });
  return {
    path,
    enrol: (who, ...args) => run(['approver', 'add', who, ...args]),
    approvals: (as, ...args) => run(['approvals', ...args, '--as', as]),
  };
}
