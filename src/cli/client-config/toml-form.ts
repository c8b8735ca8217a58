import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, TomlError } from 'smol-toml';
import { ClientConfigError, type ConfigEntry, type Entry, type FileForm, type Plan } from './mcp-client.js';

type TomlForm = Extract<FileForm, { kind: 'toml' }>;

/**
 * Puts the entry's table into TOML text. Every line outside the table stays, byte for byte: a table of the same name is
 * replaced in place, a new one is appended.
 */
export function planToml(form: TomlForm, text: string, name: string, { entry }: ConfigEntry): Plan {
  const config = readToml(form, text);
  const former = (config[form.servers] as Entry | undefined)?.[name];
  if (isDeepStrictEqual(plain(former), entry)) return { config, former, settled: true, text };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const table = fragmentToml(form, name, { entry }).replaceAll('\n', eol);
  return {
    config,
    former,
    settled: false,
    text: former === undefined ? appended(text, table, eol) : replaced(form, text, name, table),
  };
}

/** A file that holds nothing but the entry. */
export const fragmentToml = ({ servers }: TomlForm, name: string, { entry }: ConfigEntry): string =>
  stringify({ [servers]: { [name]: entry } });

/** @throws ClientConfigError that says where the text is not TOML */
export function readToml(form: TomlForm, text: string): Entry {
  let config: Entry;
  try {
    config = parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of the message quotes the lines around the fault, which may hold secrets.
    throw new ClientConfigError(`is not valid TOML: ${error.message.split('\n')[0]} (line ${error.line})`);
  }
  const servers = config[form.servers];
  if (servers !== undefined && (typeof servers !== 'object' || servers === null || Array.isArray(servers)))
    throw new ClientConfigError(`has a "${form.servers}" that is not a table`);
  return config;
}

function appended(text: string, table: string, eol: string): string {
  if (text.trim() === '') return `${text}${table}`;
  return `${text}${text.endsWith('\n') ? '' : eol}${eol}${table}`;
}

/** A new table in place of the entry's old one and its subtables. */
function replaced({ servers }: TomlForm, text: string, name: string, table: string): string {
  const ours = new RegExp(`^\\s*\\[\\s*${servers}\\s*\\.\\s*["']?${name}["']?\\s*[.\\]]`);
  const headers = headersOf(text);
  let result = '';
  let at = 0;
  let placed = false;
  for (const [index, start] of headers.entries()) {
    if (!ours.test(text.slice(start))) continue;
    const whole = text.slice(start, headers[index + 1] ?? text.length);
    // Blank lines and comments before the next table belong to the next table.
    const body = withoutLastComments(whole);
    result += text.slice(at, start) + (placed ? '' : table);
    at = start + body.length + (/^\r?\n/.exec(whole.slice(body.length))?.[0].length ?? 0);
    placed = true;
  }
  return result + text.slice(at);
}

/** The text up to its last line that is neither blank nor a comment, without that line's line break. */
function withoutLastComments(text: string): string {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 2) + 1;
    if (!/^[ \t]*(?:#[^\n]*)?\r?\n?$/.test(text.slice(start, end))) break;
    end = start === end ? 0 : start;
  }
  return text.slice(0, end).replace(/\r?\n$/, '');
}

/** Strings, comments, brackets and line breaks: they decide whether a line begins a table. */
const TOKENS = /"""(?:\\[\s\S]|(?!""")[^\\])*"{3,5}|'''[\s\S]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[[\]{}]|\n/g;

/** Offsets of the lines that open tables. Lines within a string or a list do not count. */
function headersOf(text: string): number[] {
  const headers: number[] = [];
  let depth = 0;
  const look = (from: number): void => {
    if (depth === 0 && /^[ \t]*\[/.test(text.slice(from, from + 200))) headers.push(from);
  };
  look(0);
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === '\n') look(index + 1);
  }
  return headers;
}

/** Plain objects: the parser's have no prototype. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)));
