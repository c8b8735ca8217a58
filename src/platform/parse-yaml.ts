import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';

/** What was read is no YAML and no JSON. `message` says where. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

/** Far more than a file that people write; a parser must not hold up others for long. */
const LONGEST = 1_000_000;

/**
 * The value of a text in YAML, which JSON is too. A key that is there twice is a fault, since the first would silently be lost:
 * also one that is a number in one place and a text in the other, for as keys they are the same.
 * @throws YamlError
 */
export function parseYaml(text: string): unknown {
  if (text.length > LONGEST) throw new YamlError(`it is longer than ${LONGEST} characters`);
  const lines = new LineCounter();
  // The parser's own search for keys that are there twice takes the square of their number.
  const document = parseDocument(text, {
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: true,
    lineCounter: lines,
  });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = fault.linePos?.[0] ?? { line: 1, col: 1 };
    throw new YamlError(`no valid YAML or JSON (line ${line}, column ${col})`);
  }
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        const { line, col } = lines.linePos((isNode(key) ? key.range?.[0] : undefined) ?? 0);
        if (!isScalar(key)) throw new YamlError(`a key is not text (line ${line}, column ${col})`);
        const name = String(key.value ?? '');
        if (seen.has(name)) throw new YamlError(`a key is there twice (line ${line}, column ${col})`);
        seen.add(name);
      }
    },
  });
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    // Fails at a circle.
    JSON.stringify(value);
    return value;
  } catch {
    throw new YamlError('it repeats parts of itself too often, or in a circle');
  }
}
