import { isDeepStrictEqual } from 'node:util';
import { applyEdits, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { isRecord } from '../../platform/is-record.js';
import { ClientConfigError, type ConfigEntry, type Entry, type FileForm, type Plan } from './mcp-client.js';

type JsonForm = Extract<FileForm, { kind: 'json' }>;

/** Puts the entry into JSON text without touching the rest of it: comments, order and layout stay. */
export function planJson(form: JsonForm, text: string, name: string, wanted: ConfigEntry): Plan {
  if (text.trim() === '') return { config: {}, former: undefined, settled: false, text: fragmentJson(form, name, wanted) };
  const config = readJson(form, text);
  const servers = config[form.servers] as Entry | undefined;
  const inputs = config.inputs as readonly (Entry | null)[] | undefined;
  const former = servers?.[name];
  const changes: [path: readonly (string | number)[], value: unknown][] = [];
  if (servers === undefined) changes.push([[form.servers], { [name]: wanted.entry }]);
  else if (!isDeepStrictEqual(former, wanted.entry)) changes.push([[form.servers, name], wanted.entry]);
  for (const [added, input] of (wanted.inputs ?? []).entries()) {
    const at = inputs?.findIndex((known) => known?.id === input.id) ?? -1;
    if (inputs === undefined && added === 0) changes.push([['inputs'], wanted.inputs]);
    else if (inputs !== undefined && at < 0) changes.push([['inputs', inputs.length + added], input]);
    else if (inputs !== undefined && !isDeepStrictEqual(inputs[at], input)) changes.push([['inputs', at], input]);
  }
  const edited = changes.reduce((so, [path, value]) => put(so, path, value), text);
  return { config, former, settled: changes.length === 0, text: edited };
}

/** A file that holds nothing but the entry. */
export const fragmentJson = ({ servers }: JsonForm, name: string, { entry, inputs }: ConfigEntry): string =>
  `${JSON.stringify({ ...(inputs && { inputs }), [servers]: { [name]: entry } }, null, 2)}\n`;

/** @throws ClientConfigError that says where the text is not JSON, or what has the wrong form */
export function readJson(form: JsonForm, text: string): Entry {
  const faults: ParseError[] = [];
  const config: unknown = parse(text, faults, { disallowComments: !form.comments, allowTrailingComma: form.trailingCommas });
  const [fault] = faults;
  if (fault !== undefined) {
    const line = text.slice(0, fault.offset).split('\n').length;
    throw new ClientConfigError(`is not valid JSON: line ${line} ${FAULTS[printParseErrorCode(fault.error)] ?? 'has a fault'}`);
  }
  if (!isRecord(config)) throw new ClientConfigError('is not a JSON object');
  const servers = config[form.servers];
  if (servers !== undefined && !isRecord(servers)) throw new ClientConfigError(`has a "${form.servers}" that is not an object`);
  if (form.servers === 'servers' && config.inputs !== undefined && !Array.isArray(config.inputs))
    throw new ClientConfigError('has "inputs" that are not a list');
  return config;
}

/** The parser's names for what is wrong, in words that follow "line 3". */
const FAULTS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'has a word that JSON does not know',
  InvalidNumberFormat: 'has a malformed number',
  PropertyNameExpected: 'lacks a name in double quotes',
  ValueExpected: 'lacks a value',
  ColonExpected: 'lacks a colon',
  CommaExpected: 'lacks a comma',
  CloseBraceExpected: 'lacks a closing }',
  CloseBracketExpected: 'lacks a closing ]',
  EndOfFileExpected: 'has text after the end',
  InvalidCommentToken: 'has a comment, which this file may not have',
  UnexpectedEndOfComment: 'has a comment that does not end',
  UnexpectedEndOfString: 'has a string that does not end',
  UnexpectedEndOfNumber: 'has a number that does not end',
  InvalidUnicode: 'has an invalid escape',
  InvalidEscapeCharacter: 'has an invalid escape',
  InvalidCharacter: 'has a character that JSON does not allow there',
};

/** A placeholder for the value until it is laid out; long enough not to occur by chance. */
const MARK = 'the value of clerk-mcp goes here';

/**
 * Sets one value, laid out like the text around it. The library's own layout would also reformat its neighbours, which
 * are not ours to touch.
 */
function put(text: string, path: readonly (string | number)[], value: unknown): string {
  const [edit] = modify(text, [...path], MARK, {});
  if (edit === undefined) return text;
  const { indent, eol } = layoutOf(text);
  const line = (depth: number): string => (text.includes('\n') ? eol + indent.repeat(depth) : '');
  const pretty = JSON.stringify(value, null, text.includes('\n') ? indent : undefined).replaceAll('\n', line(path.length));
  const content = edit.content.replace(JSON.stringify(MARK), () => pretty);
  // The value can replace another, follow one, or be the first in an empty object or list.
  if (edit.length > 0) return applyEdits(text, [{ ...edit, content }]);
  const placed = content.startsWith(',')
    ? `,${line(path.length)}${content.slice(1)}`
    : `${line(path.length)}${content}${line(path.length - 1)}`;
  return applyEdits(text, [{ ...edit, content: placed }]);
}

function layoutOf(text: string): { indent: string; eol: string } {
  return { indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', eol: text.includes('\r\n') ? '\r\n' : '\n' };
}
