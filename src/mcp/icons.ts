import type { Icon } from '@modelcontextprotocol/server';

/** A line drawing on 24 by 24, in the one colour that shows on light and dark alike. */
function drawn(path: string): Icon[] {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#7c5cff' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'><path d='${path}'/></svg>`;
  // RFC 3986 has no room for a space.
  const src = `data:image/svg+xml,${svg.replace(/[ #<>]/g, encodeURIComponent)}`;
  return [{ src, mimeType: 'image/svg+xml', sizes: ['any'] }];
}

const PERSON = 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 4-6 8-6s8 2 8 6';
const SHIELD = 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6l8-3Z';
const PAGE = 'M6 3h8l4 4v14H6zM9 12h6M9 16h6';

/** A person with a check mark: callers are known, and people are asked. */
export const SERVER_ICONS = drawn('M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM3 21c0-4 3-6 7-6 1 0 3 0 4 1m1 3 2 2 4-4');

/** What a job is about, by the first word of its name that tells; a shield where none does. */
const JOBS: readonly (readonly [RegExp, Icon[]])[] = [
  [/person|sign-in|privacy/, drawn(PERSON)],
  [/company|organization|roles/, drawn('M4 21V5l8-2v18M12 9l8 2v10M2 21h20M8 8v1m0 4v1m8 1v1')],
  [/check|migration/, drawn('M9 6h11M9 12h11M9 18h11M4 6h.1M4 12h.1M4 18h.1')],
];
const OTHER = drawn(SHIELD);

export const jobIcons = (name: string): Icon[] => JOBS.find(([words]) => words.test(name))?.[1] ?? OTHER;

export const PAGE_ICONS = drawn(PAGE);
