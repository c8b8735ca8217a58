/** What went wrong, as the system or a library says it. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
