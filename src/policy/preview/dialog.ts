import type { Review } from './review.js';

/** Some clients cut lines at the terminal's width, so that the rest is never read. */
const WIDEST = 70;
const INDENT = '  ';
/** Words; quoted text counts as one word, however many spaces it holds. */
const WORDS = /(?:[^\s"]|"[^"]*"|")+/g;
const QUOTED = /^([^"]*)"([^"]*)"(.*)$/s;

/** What a model is told about a call that waits for a confirmation: everything but the instance and the question. */
export const reviewText = (review: Review): string => {
  return [sentencesOf(review).join(' '), ...review.inputs.flatMap(({ lines }) => lines)].join('\n');
};

/**
 * The review in lines of at most 70 characters: what happens and what cannot be undone, then the inputs,
 * and the question as the last line. No line begins with unquoted foreign text.
 */
export function dialogLines(review: Review): string[] {
  return [
    ...sentencesOf(review).flatMap((text) => wrap(text, '')),
    ...wrap(`Instance: ${review.instance.text}`, INDENT),
    ...review.inputs.flatMap(inputLines),
    ...wrap(review.question, INDENT),
  ];
}

const sentencesOf = ({ effects, undo, details }: Review): readonly string[] => [
  ...effects,
  ...(undo === undefined ? [] : [undo]),
  ...details,
];

/** The lines that one input takes. */
export const inputLines = (input: Review['inputs'][number]): string[] => input.lines.flatMap((line) => wrap(line, INDENT));

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = text.startsWith(INDENT) ? INDENT : '';
  let isEmpty = true;
  for (const word of text.match(WORDS)?.flatMap(split) ?? []) {
    if (!isEmpty && line.length + 1 + word.length > WIDEST) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return isEmpty ? lines : [...lines, line];
}

/** A word longer than a line, in pieces; each piece of quoted text is quoted. */
function split(word: string): string[] {
  const longest = WIDEST - 2 * INDENT.length;
  if (word.length <= longest) return [word];
  const [, before = '', inside, after = ''] = QUOTED.exec(word) ?? [];
  if (inside === undefined) return pieces(word, longest);
  const parts = pieces(inside, longest - 2).map((piece) => `"${piece}"`);
  return [...(before === '' ? [] : split(before)), ...parts, ...(after === '' ? [] : split(after))];
}

/** Cut by characters, not by halves of them. */
function pieces(text: string, longest: number): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of text) {
    if (part.length + character.length > longest) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return part === '' ? parts : [...parts, part];
}
