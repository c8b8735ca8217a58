import leven from 'leven';
import MiniSearch from 'minisearch';
import { fitOf, intentOf } from './intent.js';
import { CURRENT_API_VERSION, type Operation } from './operation.js';
import type { Risk } from './operation-types.js';
import { SUCCESSORS, SYNONYMS } from './synonyms.js';
import { Terms, wordsOf, wordsOfRequest } from './terms.js';

export interface SearchOptions {
  /** Only operations of this group, in any case: `Users`. */
  readonly group?: string;
  /** Only operations of this risk. */
  readonly risk?: Risk;
  /** The most results. Default: 10. */
  readonly limit?: number;
}

export interface SearchHit {
  readonly operation: Operation;
  /** Comparable only within one answer; 0 where nothing matched and the group is listed. */
  readonly score: number;
}

const FIELDS = ['name', 'title', 'description', 'path', 'phrases', 'phrase'] as const;
type Field = (typeof FIELDS)[number];

/** The terms of one thing to match: an operation's declaration, or one phrase that people use for it. */
type Entry = { readonly id: number } & Partial<Readonly<Record<Field, string>>>;

const BOOST: Readonly<Partial<Record<Field, number>>> = { description: 0.5, path: 0.5, phrases: 0.5 };
/** The weights of the best phrase, the second-best and the declaration. */
const WEIGHTS = { phrase: 1, second: 0.3, declaration: 0.3 };
/** Saturates early on repetition (k, d) and favours short texts (b), since a phrase that matches as a whole counts most. */
const BM25 = { k: 1.2, b: 0.8, d: 0.5 };
/** Limits on a request's length and on words that are checked for typos, so that a search takes only milliseconds. */
const MOST_CHARACTERS = 500;
const MOST_LETTERS = 30;
/** The factor for operations that the current API no longer has or is giving up. */
const OUTDATED = 0.8;
const AFTER_SUCCESSOR = 0.9;

/** A description without the sentences that name another operation: they are about that one. */
const ownSentences = (description: string): string =>
  description
    .split(/(?<=\.)\s+/)
    .filter((sentence) => !/\b[A-Z]\w*_[a-z]/.test(sentence))
    .join(' ');

const isOutdated = ({ spec, apiVersion }: Operation): boolean =>
  spec.deprecated !== undefined || apiVersion !== CURRENT_API_VERSION;

/** How many typos lie between two words. Two swapped letters count as one, and so does an unfinished end. */
function slipsBetween(word: string, known: string): number {
  if (word[0] !== known[0] && !(word[0] === known[1] && word[1] === known[0])) return Number.POSITIVE_INFINITY;
  if (known.startsWith(word)) return 1;
  if (Math.abs(word.length - known.length) > 2) return Number.POSITIVE_INFINITY;
  const edits = leven(word, known);
  return edits === 2 && sorted(word) === sorted(known) ? 1 : edits;
}

const sorted = (word: string): string => [...word].sort().join('');

/** The operations' names and what people call them, ready to be searched. */
class Index {
  readonly #terms = new Terms();
  readonly #entries = new MiniSearch<Entry>({
    fields: [...FIELDS],
    tokenize: (terms) => terms.split(' '),
    processTerm: (term) => term,
    searchOptions: { boost: BOOST, bm25: BM25 },
  });
  /** The operation of each entry, and whether the entry is its declaration. */
  readonly #owners: { readonly operation: Operation; readonly declaration: boolean }[] = [];

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      const { name, path, spec } = operation;
      const title = this.#read(spec.title);
      const phrases = (SYNONYMS[name] ?? '').split(', ').map((phrase) => this.#read(phrase));
      const description = this.#read(ownSentences(spec.description));
      this.#add(operation, true, {
        name: this.#read(name),
        title,
        description,
        path: this.#read(path),
        phrases: phrases.join(' '),
      });
      for (const phrase of [title, ...phrases]) this.#add(operation, false, { phrase });
    }
  }

  scores(words: string): Map<Operation, number> {
    const text = words.slice(0, MOST_CHARACTERS);
    const request = wordsOfRequest(text).map((word) => this.#corrected(word));
    const intent = intentOf(text);
    // Hits come best first, so an operation's first two phrases are its best.
    const matched = new Map<Operation, { declaration: number; phrases: number[] }>();
    for (const hit of this.#entries.search([...new Set(this.#terms.of(request))].join(' '))) {
      const owner = this.#owners[hit.id];
      if (owner === undefined) continue;
      const hits = matched.get(owner.operation) ?? { declaration: 0, phrases: [] };
      matched.set(owner.operation, hits);
      if (owner.declaration) hits.declaration = hit.score;
      else hits.phrases.push(hit.score);
    }
    const scores = new Map<Operation, number>();
    for (const [operation, { declaration, phrases }] of matched) {
      const [best = 0, second = 0] = phrases;
      const score = WEIGHTS.phrase * best + WEIGHTS.second * second + WEIGHTS.declaration * declaration;
      scores.set(operation, score * fitOf(intent, operation) * (isOutdated(operation) ? OUTDATED : 1));
    }
    return scores;
  }

  /** The terms of a text of ours, whose words become part of the vocabulary. */
  #read(text: string): string {
    return this.#terms.of(this.#terms.learn(wordsOf(text))).join(' ');
  }

  #add(operation: Operation, declaration: boolean, terms: Omit<Entry, 'id'>): void {
    this.#entries.add({ id: this.#owners.length, ...terms });
    this.#owners.push({ operation, declaration });
  }

  /** Typos are corrected in the whole word, since the stem of a misspelt word is often the stem of another. */
  #corrected(word: string): string {
    if (this.#terms.knows(word) || word.length < 4 || word.length > MOST_LETTERS) return word;
    let best = { known: word, slips: word.length < 7 ? 1 : 2, uses: 0 };
    for (const [known, uses] of this.#terms.words) {
      const slips = slipsBetween(word, known);
      if (slips < best.slips || (slips === best.slips && uses > best.uses)) best = { known, slips, uses };
    }
    return best.known;
  }
}

/**
 * Finds operations by what people say. BM25 compares the words with each operation's declaration and, above all, with
 * the phrases in {@link SYNONYMS}; misspelt and unfinished words are understood. Requests to see something favour reads,
 * requests to change something favour the other operations.
 */
export class OperationSearch {
  readonly #operations: readonly Operation[];
  readonly #byName: ReadonlyMap<string, Operation>;
  #built: Index | undefined;

  constructor(operations: Iterable<Operation>) {
    this.#operations = [...operations];
    // The API sometimes gives an operation and its successor the same id: the later entry, the current one, is kept.
    const outdatedFirst = this.#operations.toSorted((a, b) => Number(isOutdated(b)) - Number(isOutdated(a)));
    this.#byName = new Map(outdatedFirst.flatMap((operation) => namesOf(operation).map((name) => [name, operation])));
  }

  /**
   * The operations that `words` may mean, best first. An outdated operation comes after its successor. Where nothing
   * matches: the operations of the group, if one is given, otherwise none.
   */
  search(words: string, options: SearchOptions = {}): SearchHit[] {
    const { group, risk, limit = 10 } = options;
    const wanted = ({ operation }: SearchHit): boolean =>
      (group === undefined || operation.group.toLowerCase() === group.trim().toLowerCase()) &&
      (risk === undefined || operation.risk === risk);
    const found = this.#ranked(words).filter(wanted);
    if (found.length > 0 || group === undefined) return found.slice(0, limit);
    return this.#operations
      .map((operation) => ({ operation, score: 0 }))
      .filter(wanted)
      .sort(byScore)
      .slice(0, limit);
  }

  #ranked(words: string): SearchHit[] {
    this.#built ??= new Index(this.#operations);
    const scores = this.#built.scores(words);
    for (const [name, successor] of Object.entries(SUCCESSORS)) {
      const old = this.#byName.get(name.toLowerCase());
      const current = this.#byName.get(successor.toLowerCase());
      const score = old && scores.get(old);
      if (old === undefined || current === undefined || score === undefined) continue;
      const best = Math.max(score, scores.get(current) ?? 0);
      scores.set(current, best);
      scores.set(old, Math.min(score, AFTER_SUCCESSOR * best));
    }
    const named = this.#byName.get(words.trim().toLowerCase());
    if (named !== undefined) scores.set(named, 1 + Math.max(0, ...scores.values()));
    return [...scores].map(([operation, score]) => ({ operation, score })).sort(byScore);
  }
}

/** An operation's exact names: ours, and the id in Clerk's own document. */
const namesOf = ({ name, spec }: Operation): string[] => [name.toLowerCase(), spec.clerk.toLowerCase()];

const byScore = (a: SearchHit, b: SearchHit): number => b.score - a.score || (a.operation.name < b.operation.name ? -1 : 1);
