/** Whether the operating system refused something: a file, a port, an address. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;
