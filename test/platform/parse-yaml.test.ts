import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/platform/parse-yaml.js';

const problem = (text: string): string => {
  try {
    return `no problem: ${JSON.stringify(parseYaml(text))}`;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
};

describe('a text in YAML', () => {
  it.each([
    ['a key that is there twice', 'a: 1\nb: {c: 1, c: 2}', 'YamlError: a key is there twice (line 2, column 11)'],
    ['a number and a text that are one key', '1: a\n"1": b', 'YamlError: a key is there twice (line 2, column 1)'],
    ['two spellings of one number', '16: a\n0x10: b', 'YamlError: a key is there twice (line 2, column 1)'],
    ['a list as a key', 'a:\n  [b, c]: 1', 'YamlError: a key is not text (line 2, column 3)'],
    ['an alias as a key', 'a: &x b\n*x : 1', 'YamlError: a key is not text (line 2, column 1)'],
    ['more than one document', 'a: 1\n---\nb: 1', 'YamlError: no valid YAML or JSON (line 2, column 1)'],
    ['a circle', 'a: &x\n  b: *x', 'YamlError: it repeats parts of itself too often, or in a circle'],
    ['far too much', `a: ${'x'.repeat(1_000_000)}`, 'YamlError: it is longer than 1000000 characters'],
  ])('is refused for %s', (_, text, said) => {
    expect(problem(text)).toBe(said);
  });

  it('may be JSON, and have keys that only look alike', () => {
    expect(parseYaml('{"a": [1, null], "A": {"1": true, "01x": "b"}}')).toEqual({ a: [1, null], A: { '1': true, '01x': 'b' } });
  });
});
