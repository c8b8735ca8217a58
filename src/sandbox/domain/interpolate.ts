/** A text whose braces do not add up, or name something that templates cannot do. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
}

type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly name: string; readonly raw: boolean }
  | { readonly kind: 'choice'; readonly name: string; readonly filled: readonly Node[]; readonly empty: readonly Node[] };

/** Values by variable name, such as `app.name`. */
export type Values = Readonly<Record<string, string>>;

const NAME = /^[a-zA-Z_]\w*(?:\.\w+)*$/;
const TAG = /\{\{\{([^{}]*)\}\}\}|\{\{!--[\s\S]*?--\}\}|\{\{([^{}]*)\}\}/g;

/** A block that is still open: where its nodes go, and how it closes. */
interface Open {
  readonly word: 'if' | 'unless';
  readonly name: string;
  readonly filled: Node[];
  empty: Node[] | undefined;
}

/**
 * Reads the part of Handlebars that message templates use: `{{name}}`, `{{{name}}}`, `{{> name}}`, comments,
 * and `{{#if name}}` or `{{#unless name}}` with `{{else}}`.
 * @throws TemplateSyntaxError
 */
export function parseTemplate(text: string): readonly Node[] {
  const root: Node[] = [];
  const open: Open[] = [];
  const put = (node: Node): void => {
    const block = open.at(-1);
    (block === undefined ? root : (block.empty ?? block.filled)).push(node);
  };
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    putText(text.slice(at, match.index), put);
    at = match.index + match[0].length;
    const [, raw, inner] = match;
    if (raw !== undefined) put({ kind: 'value', name: nameOf(raw), raw: true });
    else if (inner !== undefined) readTag(inner.trim(), open, put);
  }
  putText(text.slice(at), put);
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw new TemplateSyntaxError(`{{#${unclosed.word} ${unclosed.name}}} is never closed.`);
  return root;
}

function putText(text: string, put: (node: Node) => void): void {
  const stray = /\{\{|\}\}/.exec(text);
  if (stray !== null) throw new TemplateSyntaxError(`${stray[0]} has no counterpart.`);
  if (text !== '') put({ kind: 'text', text });
}

function readTag(tag: string, open: Open[], put: (node: Node) => void): void {
  if (tag.startsWith('!')) return;
  if (tag.startsWith('#')) {
    const [, word, name] = /^#\s*(if|unless)\s+(\S+)$/.exec(tag) ?? [];
    if (word !== 'if' && word !== 'unless') throw new TemplateSyntaxError(`{{${tag}}} is neither #if nor #unless.`);
    open.push({ word, name: nameOf(name ?? ''), filled: [], empty: undefined });
  } else if (tag === 'else') {
    const block = open.at(-1);
    if (block === undefined || block.empty !== undefined) throw new TemplateSyntaxError('{{else}} stands in no block.');
    block.empty = [];
  } else if (tag.startsWith('/')) {
    const block = open.pop();
    if (block?.word !== tag.slice(1).trim()) throw new TemplateSyntaxError(`{{${tag}}} closes what is not open.`);
    const { name, filled, empty = [] } = block;
    put({ kind: 'choice', name, ...(block.word === 'if' ? { filled, empty } : { filled: empty, empty: filled }) });
  } else if (tag.startsWith('>')) put({ kind: 'value', name: nameOf(tag.slice(1)), raw: true });
  else put({ kind: 'value', name: nameOf(tag), raw: false });
}

function nameOf(text: string): string {
  const name = text.trim();
  if (!NAME.test(name)) throw new TemplateSyntaxError(`{{${name}}} names no variable.`);
  return name;
}

/** The variables that a template names, anywhere. */
export function variablesOf(nodes: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    names.add(node.name);
    if (node.kind === 'choice') for (const name of variablesOf([...node.filled, ...node.empty])) names.add(name);
  }
  return names;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);

/** The template with its variables filled in; one that has no value leaves nothing behind. */
export function render(nodes: readonly Node[], values: Values, format: 'html' | 'text'): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      const value = Object.hasOwn(values, node.name) ? (values[node.name] ?? '') : '';
      if (node.kind === 'choice') return render(value === '' ? node.empty : node.filled, values, format);
      return node.raw || format === 'text' ? value : escapeHtml(value);
    })
    .join('');
}
