/** The same key for all paths that differ only in the names of their parameters. */
export const requestKey = (method: string, path: string): string => `${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`;
