/** The same for every path that differs only in what it calls its parameters. */
export const requestKey = (method: string, path: string): string => `${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`;
