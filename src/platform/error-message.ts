/** What went wrong, in the words of the system or of a library. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
