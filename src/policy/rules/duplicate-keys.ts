const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/**
 * The first duplicate key in a JSON text, with the path of its object. `JSON.parse` silently keeps the last value, which
 * would lose rules of a policy. The text must be well-formed JSON.
 */
export function duplicateKey(json: string): { readonly key: string; readonly path: string } | undefined {
  const open: { keys: Set<string> | undefined; at: string | number }[] = [];
  let last = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ keys: new Set(), at: '' });
    else if (token === '[') open.push({ keys: undefined, at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && inner?.keys !== undefined) {
      const key = JSON.parse(last) as string;
      if (inner.keys.has(key)) return { key, path: formatPath(open.slice(0, -1).map(({ at }) => at)) };
      inner.keys.add(key);
      inner.at = key;
    } else if (token === ',' && typeof inner?.at === 'number') inner.at++;
    last = token;
  }
  return undefined;
}

/** `rules[0].args`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
