const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/**
 * The duplicate keys in a JSON text, each with the path of its object. `JSON.parse` silently keeps the last value, which
 * would lose rules of a policy. The text must be well-formed JSON.
 */
export function duplicateKeys(json: string): readonly { readonly key: string; readonly path: string }[] {
  const found: { key: string; path: string }[] = [];
  const open: { keys: Set<string> | undefined; at: string | number }[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ keys: new Set(), at: '' });
    else if (token === '[') open.push({ keys: undefined, at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && inner?.keys !== undefined) {
      const key = JSON.parse(last) as string;
      if (inner.keys.has(key)) found.push({ key, path: formatPath(open.slice(0, -1).map(({ at }) => at)) });
      inner.keys.add(key);
      inner.at = key;
    } else if (token === ',' && typeof inner?.at === 'number') inner.at++;
    last = token;
  }
  return found;
}

/** `rules[0].args`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
