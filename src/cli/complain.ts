import { scrub } from '../platform/scrub.js';

/** What is wrong, or worth knowing, in one line with the program's name before it. */
export const complain = (message: string): void => void process.stderr.write(`clerk-mcp: ${scrub(message)}\n`);
