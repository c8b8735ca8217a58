import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { planEntry } from '../../../src/cli/client-config/plan.js';

const form = { kind: 'json', servers: 'servers', comments: true, trailingCommas: true } as const;
const entry = { command: 'clerk-mcp', args: ['$&', '--sandbox'] };
const inputs = [{ id: 'key', password: true }];
const plan = (text: string, wanted: Parameters<typeof planEntry>[3] = { entry }) => planEntry(form, text, 'clerk', wanted).text;

describe('an entry in JSON', () => {
  it.each([
    [
      'an empty file',
      '',
      '{\n  "servers": {\n    "clerk": {\n      "command": "clerk-mcp",\n      "args": [\n        "$&",\n        "--sandbox"\n      ]\n    }\n  }\n}\n',
    ],
    ['one line', '{"servers":{"a":{}}}', '{"servers":{"a":{},"clerk": {"command":"clerk-mcp","args":["$&","--sandbox"]}}}'],
    [
      'tabs, and an object without entries',
      '{\n\t"servers": {},\n\t"z": [1,2]\n}',
      '{\n\t"servers": {\n\t\t"clerk": {\n\t\t\t"command": "clerk-mcp",\n\t\t\t"args": [\n\t\t\t\t"$&",\n\t\t\t\t"--sandbox"\n\t\t\t]\n\t\t}\n\t},\n\t"z": [1,2]\n}',
    ],
    [
      'four spaces, and no servers',
      '{\n    "a": {"b":1}\n}',
      '{\n    "a": {"b":1},\n    "servers": {\n        "clerk": {\n            "command": "clerk-mcp",\n            "args": [\n                "$&",\n                "--sandbox"\n            ]\n        }\n    }\n}',
    ],
    [
      'an older entry of ours between others',
      '{ "servers": {\n  "a": {"x":1}, // a\n  "clerk": {"command":"clerk-mcp","args":["--read-only"]},\n  "b": {"y":2}\n} }',
      '{ "servers": {\n  "a": {"x":1}, // a\n  "clerk": {\n      "command": "clerk-mcp",\n      "args": [\n        "$&",\n        "--sandbox"\n      ]\n    },\n  "b": {"y":2}\n} }',
    ],
  ])('comes into %s', (_, before, after) => {
    expect(plan(before)).toBe(after);
    expect(plan(after)).toBe(after);
  });

  it.each([
    ['no list of them', '{"a":1}', [{ id: 'key', password: true }]],
    ['an empty list', '{"inputs":[]}', [{ id: 'key', password: true }]],
    ['another one', '{"inputs":[{"id":"x"}]}', [{ id: 'x' }, { id: 'key', password: true }]],
    [
      'the same one in the clear',
      '{"inputs":[{"id":"key","password":false},{"id":"x"}]}',
      [{ id: 'key', password: true }, { id: 'x' }],
    ],
  ])('brings its input where there is %s', (_, before, after) => {
    const text = plan(before, { entry, inputs });
    expect(parse(text)).toMatchObject({ inputs: after, servers: { clerk: entry } });
    expect(plan(text, { entry, inputs })).toBe(text);
  });
});
