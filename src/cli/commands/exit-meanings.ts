import type { EXIT } from './command.js';

/** What each exit code means, for the pages of docs/. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed:
    'Clerk or the connection failed, or the arguments were wrong; `audit verify` found the chain broken; `drift` or `config diff` found differences; `doctor` found what does not work; `undo` took back, or `config apply` changed, only a part; `call --batch` could not make some of the calls; `skills install` kept a file that was changed',
  usage: 'wrong flags, settings or key; nothing was started',
  refused: 'refused by the policy or not agreed to; nothing was sent',
  interrupted:
    'stopped by Ctrl+C or by a request to end; `call --batch` and `export` go on where they stopped when started again',
};
