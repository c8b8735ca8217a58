const isParameter = (segment: string | undefined): boolean => segment?.startsWith('{') === true;
const segmentsOf = (path: string): string[] => path.toLowerCase().split('/');

/** A method and a path template. */
export interface Template {
  readonly method: string;
  readonly path: string;
}

/**
 * The other templates that share a request with this one. `GET /machines/{id}/{what}` must not become a way around the
 * gate of `GET /machines/{machine_id}/secret_key`.
 */
export function overlapping<T extends Template>({ method, path }: Template, others: readonly T[]): T[] {
  const segments = segmentsOf(path);
  return others.filter((other) => other.method === method && meets(segments, segmentsOf(other.path)));
}

/** Whether the template can be turned into the other by filling in its parameters. */
export function isWider(template: Template, other: Template): boolean {
  const [one, two] = [segmentsOf(template.path), segmentsOf(other.path)];
  return one.some((segment, index) => isParameter(segment) && !isParameter(two[index]));
}

const meets = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length &&
  one.every((segment, index) => segment === other[index] || isParameter(segment) || isParameter(other[index]));
