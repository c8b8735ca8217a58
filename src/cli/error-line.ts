import { isRecord } from '../platform/is-record.js';
import { escapeHiddenInLines } from '../platform/plain-text.js';

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const sentence = (words: string): string => (/[.?!]$/.test(words) ? words : `${words}.`);

/**
 * An error that a model reads as JSON, for people: one line that says what is wrong and what to do, with its code at the end.
 * What a call that wants a confirmation would do stands before it, and the token that confirms it after it.
 */
export function errorLines(json: string): string {
  const model = read(json);
  if (model === undefined) return `clerk-mcp: ${json}`;
  const said = text(model.long_message) ?? text(model.message);
  const parts = [said, ...faultsOf(model.faults), text(model.hint)].filter((part) => part !== undefined);
  const code = [text(model.error), trace(model.trace_id)].filter((part) => part !== undefined).join(', ');
  const line = `clerk-mcp: ${parts.map(sentence).join(' ')}${code === '' ? '' : ` (${code})`}`;
  const token = text(model.token);
  const lines = [text(model.effect), line, token === undefined ? undefined : `confirm: ${token}`];
  return escapeHiddenInLines(lines.filter((part) => part !== undefined).join('\n'));
}

const trace = (id: unknown): string | undefined => (text(id) === undefined ? undefined : `trace ${text(id)}`);

function faultsOf(faults: unknown): string[] {
  if (!Array.isArray(faults)) return [];
  return faults.filter(isRecord).map(({ path, expected }) => (path === '' ? `${expected}` : `${path}: ${expected}`));
}

function read(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
