import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { planEntry } from '../../../src/cli/client-config/plan.js';

const form = { kind: 'toml', servers: 'mcp_servers' } as const;
const entry = { command: 'node', args: ['/a b/"c"\\d', '--sandbox'], env: { CLERK_SECRET_KEY_FILE: 'C:\\key' } };
const plan = (text: string) => planEntry(form, text, 'clerk', { entry }).text;
const ours = plan('');
const old = '[mcp_servers.clerk] # ours\ncommand = "clerk-mcp"\nargs = [\n  "[x]", # ]\n  "y",\n]\n';

describe('an entry in TOML', () => {
  it('is a table of its own, with the variables in one below', () => {
    expect(ours).toBe(
      `[mcp_servers.clerk]
command = "node"
args = [ "/a b/\\"c\\"\\\\d", "--sandbox" ]

[mcp_servers.clerk.env]
CLERK_SECRET_KEY_FILE = "C:\\\\key"
`,
    );
  });

  it.each([
    ['behind what is there', 'a = 1\n', `a = 1\n\n${ours}`],
    ['behind a line without an end', '[t]\na = 1', `[t]\na = 1\n\n${ours}`],
    ['in the place of the old one', `a = 1\n${old}\n# of b\n[b]\nc = 2\n`, `a = 1\n${ours}\n# of b\n[b]\nc = 2\n`],
    ['in the place of one that ends the file', `a = 1\n${old}`, `a = 1\n${ours}`],
    [
      'in the place of several tables, with what a person has set in them',
      `${old}[mcp_servers.clerk.env]\nA = "1"\n\n[b]\n[mcp_servers.clerk.tools.x]\napproval_mode = "never"\n\n[c]\n`,
      `${ours.replace('.env]\n', '.env]\nA = "1"\n')}\n[mcp_servers.clerk.tools.x]\napproval_mode = "never"\n\n[b]\n\n[c]\n`,
    ],
    [
      'in the place of one with its name in quotes',
      '[ mcp_servers . "clerk" ]\ncommand = "clerk-mcp"\n[mcp_servers.clerk2]\ncommand = "x"\n',
      `${ours}[mcp_servers.clerk2]\ncommand = "x"\n`,
    ],
    [
      'beside strings and lists that look like it',
      `a = """\n[mcp_servers.clerk]\n\\"""\n"""\nb = '''\n[mcp_servers.clerk]\n'''\nc = [\n[ "mcp_servers.clerk" ]\n]\n${old}`,
      `a = """\n[mcp_servers.clerk]\n\\"""\n"""\nb = '''\n[mcp_servers.clerk]\n'''\nc = [\n[ "mcp_servers.clerk" ]\n]\n${ours}`,
    ],
    ['with the line ends of the file', '[t]\r\na = 1\r\n', `[t]\r\na = 1\r\n\r\n${ours.replaceAll('\n', '\r\n')}`],
  ])('comes %s', (_, before, after) => {
    expect(plan(before)).toBe(after);
    expect(plan(after)).toBe(after);
  });

  it('never changes what stands beside it, whatever that is', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    const value = fc.oneof(
      fc.integer().map(String),
      fc.string().map((text) => JSON.stringify(text)),
      fc.stringMatching(/^[^'\p{Cc}]*$/u).map((text) => `'${text}'`),
      fc.constantFrom(
        '"""\n[mcp_servers.clerk]\n"""',
        "'''\n# [x]\n[\n'''",
        '[ # ]\n  [ 1 ],\n]',
        '{ a = "]", b = [ ] }',
        '1979-05-27',
      ),
    );
    const table = fc.tuple(word, value, fc.constantFrom('', ' # [mcp_servers.clerk]', '\n\n# of the next'));
    fc.assert(
      fc.property(fc.uniqueArray(table, { selector: ([name]) => name }), fc.nat(), (tables, at) => {
        const parts = tables.map(([name, content, comment]) => `[t.${name}]\nk = ${content}${comment}\n`);
        const others = parts.join('');
        const place = parts.length === 0 ? 0 : at % (parts.length + 1);
        const before = [...parts.slice(0, place), old, ...parts.slice(place)].join('');
        const after = plan(before);
        expect(after).toBe([...parts.slice(0, place), ours, ...parts.slice(place)].join(''));
        expect({ ...parse(after), mcp_servers: undefined }).toEqual({ ...parse(others), mcp_servers: undefined });
      }),
    );
  });
});
