import { expect, it } from 'vitest';
import { fileProblem } from '../../src/platform/file-problem.js';

const failure = (code: string): Error => Object.assign(new Error(`${code}: of the system`), { code });

it.each(['EACCES', 'EPERM', 'EBUSY'])('says on Windows that another program may have the file open (%s)', (code) => {
  for (const doing of ['read', 'write'] as const) {
    expect(fileProblem(failure(code), doing, 'win32')).toMatch(new RegExp(`another program has it open.*\\(${code}\\)$`));
    expect(fileProblem(failure(code), doing, 'linux')).not.toContain('another program');
  }
});

it('says on every platform what else the system says', () => {
  for (const platform of ['win32', 'linux', 'darwin'] as const) {
    expect(fileProblem(failure('ENOSPC'), 'write', platform)).toBe('the disk is full: make room (ENOSPC)');
    expect(fileProblem(failure('EODD'), 'read', platform)).toBe('EODD: of the system');
  }
});
