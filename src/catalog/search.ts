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
  /** At most so many. Default: 10. */
  readonly limit?: number;
}

export interface SearchHit {
  readonly operation: Operation;
  /** To be compared within one answer only; 0 where nothing matched and the group is listed. */
  readonly score: number;
}

const FIELDS = ['name', 'title', 'description', 'path', 'phrases', 'phrase'] as const;
type Field = (typeof FIELDS)[number];

/** The terms of one thing to match: what an operation is declared as, or one phrase that people use for it. */
type Entry = { readonly id: number } & Partial<Readonly<Record<Field, string>>>;

const BOOST: Readonly<Partial<Record<Field, number>>> = { description: 0.5, path: 0.5, phrases: 0.5 };
/** How the best phrase, the second best and the declaration weigh against each other. */
const WEIGHTS = { phrase: 1, second: 0.3, declaration: 0.3 };
/** Saturates early in repetition (k, d) and favours short texts (b): a phrase matched as a whole is what is meant. */
const BM25 = { k: 1.2, b: 0.8, d: 0.5 };
/** How much of a request is read, and of which words a slip is looked for: a search must stay a matter of milliseconds. */
const MOST_CHARACTERS = 500;
const MOST_LETTERS = 30;
/** What an operation counts for that the current API has no longer or is giving up. */
const OUTDATED = 0.8;
const AFTER_SUCCESSOR = 0.9;

/** A description without the sentences that name another operation: they tell when to use that one. */
const ownSentences = (description: string): string =>
  description
    .split(/(?<=\.)\s+/)
    .filter((sentence) => !/\b[A-Z]\w*_[a-z]/.test(sentence))
    .join(' ');

const isOutdated = ({ spec, apiVersion }: Operation): boolean =>
  spec.deprecated !== undefined || apiVersion !== CURRENT_API_VERSION;

/** How many slips of the hand lie between them. Two letters that changed places are one, and so is an unfinished end. */
function slipsBetween(word: string, known: string): number {
  if (word[0] !== known[0] && !(word[0] === known[1] && word[1] === known[0])) return Number.POSITIVE_INFINITY;
  if (known.startsWith(word)) return 1;
  if (Math.abs(word.length - known.length) > 2) return Number.POSITIVE_INFINITY;
  const edits = leven(word, known);
  return edits === 2 && sorted(word) === sorted(known) ? 1 : edits;
}

const sorted = (word: string): string => [...word].sort().join('');

/** What the operations are called and what people call them, made ready to be searched. */
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
    // Hits come best first, so the first two phrases of an operation are its best.
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

  /** Slips of the hand are mended in the whole word, since the stem of a misspelt word is often that of another one. */
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
 * Finds operations by what people say. The words are compared with each operation's declaration and, above all, with
 * the phrases of {@link SYNONYMS}, by BM25; misspelt and unfinished words are understood. A request to see
 * something prefers reads, one to change something the other operations.
 */
export class OperationSearch {
  readonly #operations: readonly Operation[];
  readonly #byName: ReadonlyMap<string, Operation>;
  #built: Index | undefined;

  constructor(operations: Iterable<Operation>) {
    this.#operations = [...operations];
    // The API gives an operation and its successor the same id at times: the later entry, the current one, is kept.
    const outdatedFirst = this.#operations.toSorted((a, b) => Number(isOutdated(b)) - Number(isOutdated(a)));
    this.#byName = new Map(outdatedFirst.flatMap((operation) => namesOf(operation).map((name) => [name, operation])));
  }

  /**
   * The operations that `words` may mean, best first. An operation that is on its way out comes after what succeeds it.
   * Where nothing matches: the operations of the group, if one is given, otherwise none.
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

/** What an operation is called exactly: by us, and in Clerk's own document. */
const namesOf = ({ name, spec }: Operation): string[] => [name.toLowerCase(), spec.clerk.toLowerCase()];

const byScore = (a: SearchHit, b: SearchHit): number => b.score - a.score || (a.operation.name < b.operation.name ? -1 : 1);
