import { parseDocument } from 'yaml';

/** What was read is no YAML and no JSON. `message` says where. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/**
 * The value of a text in YAML, which JSON is too. A key that is there twice is a fault, since the first would silently be lost.
 * @throws YamlError
 */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: true, prettyErrors: true });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = fault.linePos?.[0] ?? { line: 1, col: 1 };
    const what = fault.code === 'DUPLICATE_KEY' ? 'a key is there twice' : 'no valid YAML or JSON';
    throw new YamlError(`${what} (line ${line}, column ${col})`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new YamlError('it repeats parts of itself too often, or in a circle');
  }
}
