import { escapeHiddenInLines } from '../platform/plain-text.js';
import { scrub } from '../platform/scrub.js';

/** What is wrong, or worth knowing, with the program's name before it. Files and Clerk are quoted in it. */
export const complain = (message: string): void =>
  void process.stderr.write(`clerk-mcp: ${escapeHiddenInLines(scrub(message))}\n`);
