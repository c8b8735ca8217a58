import { Command, Option } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFlags } from '../../src/cli/flags.js';
import { OPTIONS } from '../../src/config/server-options.js';

/** What the reader of commands makes of the same words; `undefined` where it finds a mistake or a command. */
function asCommand(words: readonly string[]): Record<string, unknown> | undefined {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const { flag } of Object.values(OPTIONS)) command.addOption(new Option(flag));
  try {
    command.parse(words, { from: 'user' });
    return command.args.length === 0 ? command.opts() : undefined;
  } catch {
    return undefined;
  }
}

describe('a command line of nothing but settings', () => {
  it.each<[string[], object]>([
    [[], {}],
    [['--read-only', '--log-level', 'warn'], { readOnly: true, logLevel: 'warn' }],
    [['--log-level=warn', '--log-level', 'debug'], { logLevel: 'debug' }],
    [['--tools', 'Users,Sessions', '--tools=Jwks'], { tools: ['Users,Sessions', 'Jwks'] }],
    [['--policy='], { policy: '' }],
  ])('is read: %j', (words, flags) => {
    expect(readFlags(words)).toEqual(flags);
    expect(asCommand(words)).toEqual(flags);
  });

  it.each([
    [['tools']],
    [['--read-only', 'tools']],
    [['--tools', 'Users', 'Sessions']],
    [['--help']],
    [['-V']],
    [['--version']],
    [['--bogus']],
    [['--log-level']],
    [['--read-only=false']],
    [['--port', '3000']],
  ])('is not: %j', (words) => {
    expect(readFlags(words)).toBeUndefined();
  });

  it('is read as the reader of commands does', () => {
    const names = Object.values(OPTIONS).map(({ flag }) => flag.split(' ')[0] ?? flag);
    const word = fc.oneof(
      fc.constantFrom(...names),
      fc.constantFrom(...names).map((name) => `${name}=x`),
      fc.constantFrom('x', '', '-', '--', '-x', '--no-sse', '--no-sandbox', 'a,b', '-1', '--sand', 'tools'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const flags = readFlags(words);
        fc.pre(flags !== undefined);
        expect(flags).toEqual(asCommand(words));
      }),
      { numRuns: 2000 },
    );
  });
});
