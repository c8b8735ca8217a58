import { type Resource, resourceOf } from '../catalog/declared-answer.js';
import { isRecord } from '../platform/is-record.js';
import { withoutEmpty } from './empty.js';
import { Selection } from './selection.js';

/** An item as a list shows it by default: what tells one from another, without empty values. */
export function shortItem(item: unknown, request: string): unknown {
  const resource = resourceOf(item, request);
  if (resource?.short === undefined) return withoutEmpty(item, resource?.shape);
  return shortOf(item, resource, new Selection(resource.short.split(/\s+/)));
}

/** The same for many items of one resource. @param selection made from the resource's `short` */
export const shortOf = (item: unknown, { primary, shape }: Resource, selection: Selection): unknown =>
  withoutEmpty(selection.pick(withPrimaryOnly(item, primary)) ?? item, shape);

/** The item with only the primary element in each of these arrays. An array without a known primary keeps all its elements. */
function withPrimaryOnly(item: unknown, primary: Resource['primary']): unknown {
  if (primary === undefined || !isRecord(item)) return item;
  const narrowed = { ...item };
  for (const [array, idAt] of Object.entries(primary)) {
    const elements = item[array];
    if (!Array.isArray(elements)) continue;
    const found = elements.filter((element) => isRecord(element) && element.id === item[idAt]);
    if (found.length > 0) narrowed[array] = found;
  }
  return narrowed;
}
