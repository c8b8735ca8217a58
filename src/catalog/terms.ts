import { stemmer } from 'stemmer';
import { WORDS } from './synonyms.js';

/** Articles and the like, and what an apostrophe leaves behind. Left out first, so that `lift the ban` is `lift ban`. */
const POINTERS: ReadonlySet<string> = new Set(
  'a an the this that these those it its our us my me your his him her their them whose some any s t re ve d ll m'.split(' '),
);

/** Words that say nothing about what is wanted, unless they are part of a way of saying something, like `log in`. */
const EMPTY: ReadonlySet<string> = new Set(
  (
    'of to is are be been was were am do does did has have had for from with in on at by we i you he she they and or but so as ' +
    'please can could would should want wants wanted need needs how'
  ).split(' '),
);

/** Words whose stem would be that of a word with another meaning (custom, set, activate, test, bill). */
const WHOLE: ReadonlyMap<string, string> = new Map([
  ['customer', 'customer'],
  ['customers', 'customer'],
  ['setting', 'setting'],
  ['settings', 'setting'],
  ['active', 'active'],
  ['testing', 'testing'],
  ['billing', 'billing'],
]);

const stemOf = (word: string): string => WHOLE.get(word) ?? stemmer(word);

/** The words of a text in lower case; the API's names are split too (`verifyTotp`, `verify_totp`), numbers are left out. */
export const wordsOf = (text: string): string[] => {
  const words =
    text
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words.filter((word) => !POINTERS.has(word) && /[a-z]/.test(word));
};

/** The words of a request. An address or a domain becomes the word for its kind: its owner says nothing about the operation. */
export const wordsOfRequest = (request: string): string[] => wordsOf(request.split(/\s+/).map(kindOf).join(' '));

/** The prefixes of the API's identifiers, and what they identify. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['user', 'user'],
  ['org', 'organization'],
  ['orginv', 'organization invitation'],
  ['orgmem', 'member'],
  ['sess', 'session'],
  ['client', 'client'],
  ['inv', 'invitation'],
  ['sua', 'sign up'],
  ['perm', 'permission'],
  ['role', 'role'],
  ['mch', 'machine'],
  ['ak', 'api key'],
]);

function kindOf(word: string): string {
  const [, prefix] = /^\W*([a-z]+)_(?=[a-z0-9]*\d)[a-z0-9]+\W*$/i.exec(word) ?? [];
  const identified = prefix === undefined ? undefined : PREFIXES.get(prefix.toLowerCase());
  if (identified !== undefined) return identified;
  const at = word.lastIndexOf('@');
  if (at !== -1 && word.includes('.', at)) return 'email';
  const [domain] = /^[^\w-]*[\w-]+(?:\.[a-z][\w-]+)+/i.exec(word) ?? [];
  return domain !== undefined && !/\w/.test(word.slice(domain.length)) ? 'domain' : word;
}

/** A word within a way of saying something: which words may follow, and the meaning if none does. */
interface Step {
  readonly next: Map<string, Step>;
  means?: string;
}

/** Turns words into terms for indexing and searching: their meaning in {@link WORDS}, otherwise their stem. */
export class Terms {
  readonly #first: Step = { next: new Map() };
  readonly #stems = new Map<string, string>();
  readonly #known = new Set<string>();
  readonly #uses = new Map<string, number>();

  constructor() {
    for (const [meaning, ways] of Object.entries(WORDS)) {
      for (const way of [meaning, ...ways.split(', ')]) this.#addWay(this.learn(wordsOf(way)), meaning);
    }
  }

  /** Every learnt word, with how often it occurred. */
  get words(): Iterable<[word: string, uses: number]> {
    return this.#uses;
  }

  /** Adds words of our own texts to the vocabulary. */
  learn(words: readonly string[]): readonly string[] {
    for (const word of words) {
      const stem = this.#stems.get(word) ?? stemOf(word);
      this.#stems.set(word, stem);
      this.#known.add(stem);
      this.#uses.set(word, 1 + (this.#uses.get(word) ?? 0));
    }
    return words;
  }

  /** Whether a word, or another form of it, was learnt. */
  knows(word: string): boolean {
    return this.#stems.has(word) || this.#known.has(stemOf(word));
  }

  of(words: readonly string[]): string[] {
    const stems = words.map((word) => this.#stems.get(word) ?? stemOf(word));
    const terms: string[] = [];
    for (let at = 0; at < stems.length; ) {
      const way = this.#wayAt(stems, at);
      if (way !== undefined) terms.push(way.meaning);
      else if (!EMPTY.has(words[at] ?? '')) terms.push(stems[at] ?? '');
      at += way?.length ?? 1;
    }
    return terms;
  }

  #addWay(words: readonly string[], meaning: string): void {
    let step = this.#first;
    for (const word of words) {
      const stem = stemOf(word);
      const next: Step = step.next.get(stem) ?? { next: new Map() };
      step.next.set(stem, next);
      step = next;
    }
    step.means ??= meaning;
  }

  /** The longest way of saying something that starts at a stem, and how many stems it takes. */
  #wayAt(stems: readonly string[], start: number): { meaning: string; length: number } | undefined {
    let found: { meaning: string; length: number } | undefined;
    let step: Step | undefined = this.#first;
    for (let at = start; at < stems.length; at++) {
      step = step.next.get(stems[at] ?? '');
      if (step === undefined) break;
      if (step.means !== undefined) found = { meaning: step.means, length: at - start + 1 };
    }
    return found;
  }
}
