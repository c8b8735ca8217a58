import { errorMessage } from './error-message.js';
import { mayBeHeld } from './put-in-place.js';

/** What to do about a file, by the system's code. The first is for reading it, the second for writing it. */
const PROBLEMS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'there is no such folder: make it first'],
  EACCES: [
    'this user may not read it: give the user access, or name another',
    'this user may not write there: give the user access, or name another',
  ],
  EPERM: ['this user may not read it: name another', 'this user may not write there: name another'],
  EISDIR: ['it is a folder: name a file', 'it is a folder: name a file'],
  ENOTDIR: [
    'a part of its path is a file where a folder should be',
    'a part of its path is a file where a folder should be: name another',
  ],
  EEXIST: ['it is there already', 'it is there already: give another name'],
  ENOSPC: ['the disk is full: make room', 'the disk is full: make room'],
  EDQUOT: ['the quota of this user is used up: make room', 'the quota of this user is used up: make room'],
  EFBIG: ['it is too large', 'no file may be that large here'],
  EROFS: ['it is on a read-only file system', 'the file system is read-only: name another place'],
  ENAMETOOLONG: ['the name is too long', 'the name is too long'],
  ELOOP: ['its symbolic links form a loop', 'it is a symbolic link, and nothing is written through one: name another'],
  EMFILE: ['this process has too many files open', 'this process has too many files open'],
};

const HELD_PROBLEM = {
  read: 'this user may not read it, or another program has it open: give the user access, or close that program',
  write: 'this user may not write there, or another program has it open: close that program, or name another',
};

/** Why a file cannot be read or written, and what to do, as the end of a sentence without its full stop. */
export function fileProblem(error: unknown, doing: 'read' | 'write', platform: NodeJS.Platform = process.platform): string {
  const code = String((error as NodeJS.ErrnoException | undefined)?.code);
  if (mayBeHeld(error, platform)) return `${HELD_PROBLEM[doing]} (${code})`;
  const [reading, writing] = PROBLEMS[code] ?? [];
  const known = doing === 'read' ? reading : writing;
  return known === undefined ? errorMessage(error).replace(/\.$/, '') : `${known} (${code})`;
}
