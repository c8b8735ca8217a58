/** Deeper than any metadata that people write, and far from what overflows the stack. */
const DEEPEST = 200;

/** Arguments nested so deeply that they cannot be bound to a confirmation. */
export class TooDeepError extends Error {
  override readonly name = 'TooDeepError';

  constructor() {
    super(`arguments are nested more than ${DEEPEST} levels deep`);
  }
}

/**
 * JSON with the keys of every object sorted by code unit: equal for what would be sent as equal, different
 * for everything else. Nothing is normalised, so that look-alike characters stay different.
 * @throws TooDeepError
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw new TooDeepError();
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = value as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}
