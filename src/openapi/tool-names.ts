import type { DocumentOperation } from './document.js';

/** The longest tool name that hosts accept. */
const LONGEST_NAME = 64;
const LONGEST_GROUP = 24;

/** Splits `SCIMDirectory` into `['SCIM', 'Directory']`, and `scim directory` likewise. ASCII letters and digits only. */
const wordsOf = (text: string): string[] => text.match(/[A-Z\d]+(?![a-z])|[A-Z]?[a-z\d]+/g) ?? [];

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
export const uncapitalized = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);

/** The words of the path except parameters, for an operation without an id. */
const wordsOfRequest = ({ method, path }: DocumentOperation): string[] =>
  wordsOf(`${method} ${path.replaceAll(/\{[^{}]*\}/g, ' ')}`);

/** `ScimDirectories` for the tag "SCIM Directories"; the known group if the tag means one. */
export function groupOf(operation: DocumentOperation, known: readonly string[]): string {
  const group = wordsOf(operation.tags[0] ?? '')
    .map(capitalized)
    .join('')
    .slice(0, LONGEST_GROUP);
  const named = known.find((name) => name.toLowerCase() === group.toLowerCase());
  return named ?? (/^[A-Z]/.test(group) ? group : 'Other');
}

/** `getScimDirectory`: the operationId, or method and path where there is none. */
export function actionOf(operation: DocumentOperation): string {
  const words = wordsOf(operation.id).length > 0 ? wordsOf(operation.id) : wordsOfRequest(operation);
  return uncapitalized(words.map(capitalized).join(''));
}

/** The operation's name in words: `Get scim directory`. */
export function titleOf(operation: DocumentOperation): string {
  const words = wordsOf(operation.id).length > 0 ? wordsOf(operation.id) : wordsOfRequest(operation);
  const [first = '', ...rest] = words;
  return [capitalized(first), ...rest.map((word) => (/^[A-Z\d]{2,}$/.test(word) ? word : word.toLowerCase()))]
    .join(' ')
    .slice(0, 60);
}

/** Gives each operation a unique tool name, in the catalog's form: `Group_action`. */
export class ToolNames {
  readonly #groups: readonly string[];
  /** In lower case, since some hosts ignore case. */
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>, groups: readonly string[]) {
    this.#groups = groups;
    this.#taken = new Set([...taken].map((name) => name.toLowerCase()));
  }

  nameFor(operation: DocumentOperation): `${string}_${string}` {
    const group = groupOf(operation, this.#groups);
    for (let count = 1; ; count++) {
      const suffix = count === 1 ? '' : `_${count}`;
      const name = `${group}_${actionOf(operation).slice(0, LONGEST_NAME - group.length - 1 - suffix.length)}${suffix}` as const;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}
