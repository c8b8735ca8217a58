import { CST, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, type Pair, Parser, parseDocument } from 'yaml';
import { errorMessage } from '../../platform/error-message.js';
import { plain } from '../../platform/plain-text.js';

/** One fault of a file. `line` counts from 1. `path` is like `roles › org:editor › name`; empty for the whole. */
export interface Fault {
  readonly line: number;
  readonly path: string;
  readonly problem: string;
}

/** A YAML text as plain data, and where in it each value stands. */
export interface Located {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** The line of the value at the path, or of the nearest thing around it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Far more than the configuration of an instance; a parser must not hold up others for long. */
export const LONGEST = 1_000_000;
const DEEPEST = 30;
const MOST_FAULTS = 50;

/** Reads YAML that holds nothing but plain data. Every key stands once, and nothing is repeated by reference. */
export function readLines(text: string): Located {
  if (text.length > LONGEST) return only({ line: 1, path: '', problem: `is longer than ${LONGEST} characters.` });
  const counter = new LineCounter();
  const unbearable = unbearableIn(text);
  if (unbearable !== undefined) return only(unbearable);
  try {
    const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: false, lineCounter: counter });
    const [wrong] = [...document.errors, ...document.warnings];
    // What follows the first is mostly what it leads to.
    if (wrong !== undefined) return only({ line: wrong.linePos?.[0].line ?? 1, path: '', problem: notYaml(wrong.message) });
    return new Walk(counter).read(document.contents);
  } catch (error) {
    return only({ line: 1, path: '', problem: notYaml(errorMessage(error)) });
  }
}

/** Levels of the text, of which a value takes up to two. */
const MOST_OPEN = 4 * DEEPEST;
/** Some four for each entry of a list. */
const MOST_LEXEMES = 200_000;
/** Before the text of a scalar. */
const SCALAR = '\u001f';
const REFERS: Readonly<Record<string, string>> = {
  anchor: 'has an anchor (&name): write the value out where it is needed.',
  alias: 'has an alias (*name): write the value out.',
  tag: 'has a tag (!name), which no value here takes.',
};

/**
 * What the parser must not get to see. It calls itself for each level of a text, and a stack that is nearly used up can end the
 * process; for names of values it looks back each time.
 */
function unbearableIn(text: string): Fault | undefined {
  const parser = new Parser();
  let line = 1;
  let lexemes = 0;
  let isScalar = false;
  const at = (problem: string): Fault => ({ line, path: '', problem });
  for (const lexeme of new Lexer().lex(text)) {
    const refers = isScalar ? undefined : REFERS[CST.tokenType(lexeme) ?? ''];
    if (refers !== undefined) return at(refers);
    if (++lexemes > MOST_LEXEMES) return at('holds more than any configuration.');
    isScalar = lexeme === SCALAR;
    let deepest = 0;
    for (const _ of parser.next(lexeme)) deepest = Math.max(deepest, parser.stack.length);
    if (Math.max(deepest, parser.stack.length) > MOST_OPEN) return at('nests too deeply.');
    line += lexeme.split('\n').length - 1;
  }
  return undefined;
}

const only = (fault: Fault): Located => ({ value: undefined, faults: [fault], lineOf: () => 1 });

/** The parser's first line, without the excerpt. */
function notYaml(message: string): string {
  const [first = ''] = message.replace(/ at line \d+, column \d+/, '').split(/\n|; please/);
  return `is not YAML: ${plain(first.replace(/[.:]$/, ''), 200)}.`;
}

export const pathInWords = (path: readonly PropertyKey[]): string =>
  path.map((part) => (typeof part === 'number' ? `${part + 1}.` : plain(String(part), 80))).join(' › ');

const idOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

class Walk {
  readonly #counter: LineCounter;
  readonly #lines = new Map<string, number>();
  readonly #faults: Fault[] = [];

  constructor(counter: LineCounter) {
    this.#counter = counter;
  }

  read(contents: Node | null): Located {
    const value = this.#plain(contents, []);
    return { value, faults: this.#faults, lineOf: (path) => this.#lineOf(path) };
  }

  #lineOf(path: readonly PropertyKey[]): number {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(idOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return 1;
  }

  #lineAt(node: unknown): number | undefined {
    const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
    return range?.[0] === undefined ? undefined : this.#counter.linePos(range[0]).line;
  }

  #fault(path: readonly PropertyKey[], problem: string): undefined {
    this.#tell({ line: this.#lineOf(path), path: pathInWords(path), problem });
    return undefined;
  }

  #tell(fault: Fault): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(fault);
  }

  #plain(node: unknown, path: readonly PropertyKey[]): unknown {
    if (path.length > DEEPEST) return this.#fault(path, `nests deeper than ${DEEPEST} levels.`);
    if (isMap(node)) return this.#object(node.items, path);
    if (isSeq(node)) {
      return node.items.map((item, nth) => {
        const at = [...path, nth];
        this.#note(at, item);
        return this.#plain(item, at);
      });
    }
    if (!isScalar(node)) return null;
    if (typeof node.value === 'number' && !isExact(node.value))
      return this.#fault(path, 'is a number that JSON cannot hold exactly: put it in quotes, or give another.');
    return node.value;
  }

  #object(items: readonly Pair<unknown, unknown>[], path: readonly PropertyKey[]): Readonly<Record<string, unknown>> {
    const object: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const { key, value } of items) {
      const name =
        isScalar(key) && (typeof key.value === 'string' || typeof key.value === 'number') ? String(key.value) : undefined;
      const line = this.#lineAt(key) ?? this.#lineOf(path);
      if (name === undefined || name === '__proto__') {
        this.#tell({
          line,
          path: pathInWords(path),
          problem: `has a key that ${name === undefined ? 'is not text' : 'cannot be used: __proto__'}.`,
        });
        continue;
      }
      const at = [...path, name];
      const before = seen.get(name);
      if (before !== undefined) {
        this.#tell({ line, path: pathInWords(at), problem: `is there twice; the first is in line ${before}.` });
        continue;
      }
      seen.set(name, line);
      this.#lines.set(idOf(at), line);
      object[name] = this.#plain(value, at);
    }
    return object;
  }

  #note(path: readonly PropertyKey[], node: unknown): void {
    const line = this.#lineAt(node);
    if (line !== undefined) this.#lines.set(idOf(path), line);
  }
}

const isExact = (value: number): boolean => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
