import { describe, expect, it } from 'vitest';
import { readableLine } from '../../src/platform/readable-log.js';

const line = (entry: object): string => readableLine(JSON.stringify({ level: 40, time: 0, name: 'clerk-mcp', ...entry }), false);

describe('readableLine', () => {
  it('tells level, message and facts, texts with spaces in quotes', () => {
    expect(line({ msg: 'slow', ms: 12, who: 'Ada Byron', at: { x: 1 } })).toMatch(
      /^\d\d:\d\d:\d\d warn {2}slow ms=12 who="Ada Byron" at=\{"x":1\}\n$/,
    );
  });

  it('lets no text from outside play with the terminal or begin a line of its own', () => {
    const shown = line({ msg: 'a\nb\u001b[2J', agent: '\u202e\u009bx', err: { stack: 'Error: c\u001b[2J\n    at d' } });
    expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(shown.split('\n')).toEqual([expect.stringContaining('a\\u000ab\\u001b[2J'), '  Error: c\\u001b[2J', '      at d', '']);
  });

  it('leaves what is no JSON as it is', () => {
    expect(readableLine('cut sho', false)).toBe('cut sho');
  });
});
