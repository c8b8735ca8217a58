const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** A kind that a schema expects, for people who write JSON or YAML. */
export const kindInWords = (kind: string): string => KINDS[kind] ?? kind;

/** What kind of value is given, in the same words. */
export const kindOf = (value: unknown): string =>
  value === null ? 'null' : kindInWords(Array.isArray(value) ? 'array' : typeof value);
