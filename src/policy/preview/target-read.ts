import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';

/** The page size for finding one item in a list; lists that allow less are asked for less. */
const PAGE_SIZES = [500, 100] as const;

/** The read that finds what a call is about. */
export interface TargetRead {
  readonly reader: Operation;
  readonly args: Arguments;
}

/** An operation that can show something to people: it reads, and does nothing else. */
export function readerNamed(catalog: Catalog, name: string): Operation | undefined {
  const reader = catalog.find(name);
  return reader?.risk === 'read' && reader.method === 'GET' ? reader : undefined;
}

/** `undefined` when there is nothing to look up, or an input for it was not given. */
export function targetReadOf(catalog: Catalog, operation: Operation, args: Arguments): TargetRead | undefined {
  const { target } = operation.spec;
  const reader = target && readerNamed(catalog, target.read);
  if (target === undefined || reader === undefined) return undefined;
  const given: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(readInputs(catalog, operation))) {
    if (args[input] === undefined || args[input] === null) return undefined;
    given[name] = args[input];
  }
  if (!pathInputs(reader).every((name) => name in given)) return undefined;
  const limit = target.find === undefined ? undefined : pageSize(reader);
  return { reader, args: limit === undefined ? given : { ...given, limit } };
}

/** Maps inputs of the read that finds the target to inputs of the operation. */
function readInputs(catalog: Catalog, operation: Operation): Readonly<Record<string, string>> {
  const { target } = operation.spec;
  const reader = target && readerNamed(catalog, target.read);
  const shared = reader === undefined ? [] : pathInputs(reader).filter((name) => operation.places.has(name));
  return target?.with ?? Object.fromEntries(shared.map((name) => [name, name]));
}

/** The inputs that name a call's target, the most specific first: a member before the organization. */
export function targetInputsOf(catalog: Catalog, operation: Operation): readonly string[] {
  const { target } = operation.spec;
  if (target?.find !== undefined) return [target.find];
  return [...Object.values(readInputs(catalog, operation)).reverse(), ...pathInputs(operation).reverse()];
}

const pathInputs = (operation: Operation): string[] =>
  [...operation.places].filter(([, place]) => place === 'path').map(([name]) => name);

export function pageSize(reader: Operation): number | undefined {
  const limit = reader.inputSchema.properties?.limit as { readonly maximum?: number } | undefined;
  return limit && PAGE_SIZES.find((size) => size <= (limit.maximum ?? size));
}
