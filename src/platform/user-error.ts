/**
 * An error that a person can fix at the command line, in the environment or in a file. The message alone says what is wrong
 * and what to do; it never holds a secret. Every other error is a fault of the program.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}
