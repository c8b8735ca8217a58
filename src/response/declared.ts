import { PARTS, RESOURCES, type ResourceSpec } from './resources.js';

/** One property as it is declared: what is below it, or that anything may be. */
export interface Declared {
  readonly free: boolean;
  readonly properties: ReadonlyMap<string, Declared>;
}

const LEAF: Declared = { free: false, properties: new Map() };
const FREE: Declared = { free: true, properties: new Map() };

const read = new Map<string, Declared>();

/** The properties of a resource or part; undefined when none of that name is declared. Read when first asked for. */
export function declaredShape(name: string): Declared | undefined {
  const known = read.get(name);
  if (known !== undefined) return known;
  const text = RESOURCES[name]?.shape ?? PARTS[name];
  if (text === undefined) return undefined;
  const properties = new Map<string, Declared>();
  const shape = { free: false, properties };
  read.set(name, shape);
  readProperties(text.match(/[{}]|[^\s{}]+/g) ?? [], properties, name);
  return shape;
}

/** @throws Error for a part that is not declared. */
function readProperties(words: string[], root: Map<string, Declared>, name: string): void {
  const open = [root];
  words.forEach((word, index) => {
    if (word === '}') open.pop();
    if (word === '{' || word === '}') return;
    const into = open.at(-1) as Map<string, Declared>;
    const [property = '', part] = word.split(':');
    if (words[index + 1] === '{') {
      const properties = new Map<string, Declared>();
      into.set(property, { free: false, properties });
      open.push(properties);
    } else if (part !== undefined) {
      const shape = declaredShape(part);
      if (shape === undefined) throw new Error(`${name} has a part ${part} that is not declared`);
      into.set(property, shape);
    } else if (property.endsWith('*')) {
      into.set(property.slice(0, -1), FREE);
    } else {
      into.set(property, LEAF);
    }
  });
}

const resourceByList: ReadonlyMap<string, string> = new Map(
  Object.entries(RESOURCES).flatMap(([name, { lists }]) => (lists ?? []).map((request) => [request, name])),
);

/** The resource that a value is, by its `object`; for an item without one, by the request that listed it. */
export function resourceOf(value: unknown, request: string): { name: string; spec: ResourceSpec } | undefined {
  const object = value !== null && typeof value === 'object' ? (value as { object?: unknown }).object : undefined;
  const name = typeof object === 'string' && Object.hasOwn(RESOURCES, object) ? object : resourceByList.get(request);
  const spec = name === undefined ? undefined : RESOURCES[name];
  return name === undefined || spec === undefined ? undefined : { name, spec };
}

/** What is known of a path: that it is declared, that it leads into a value of any form, or nothing. */
export function lookUp(path: readonly string[], shape: Declared | undefined): 'declared' | 'free' | 'unknown' {
  let at = shape;
  for (const key of path) {
    if (at?.free === true) return 'free';
    at = at?.properties.get(key);
  }
  return at === undefined ? 'unknown' : 'declared';
}

/** Every declared path down to the third property, for suggestions. */
export function declaredPaths(shape: Declared | undefined, prefix = '', depth = 3): string[] {
  if (shape === undefined || depth === 0) return [];
  return [...shape.properties].flatMap(([key, below]) => [prefix + key, ...declaredPaths(below, `${prefix + key}.`, depth - 1)]);
}
