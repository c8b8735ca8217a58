import type { Catalog } from '../catalog/catalog.js';
import { matchPatterns } from '../catalog/exposure.js';
import type { Operation } from '../catalog/operation.js';
import type { Values } from '../config/config.js';

/** Which setting leaves an operation out, by the flag that says so. */
export function leftOutBy(catalog: Catalog, values: Values): (operation: Operation) => string {
  let excluded: ReadonlySet<Operation> | undefined;
  const picks = Object.entries({ '--tools': values.tools, '--toolsets': values.toolsets, '--profile': values.profile });
  const given = picks.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  return (operation) => {
    if (values.readOnly === true && operation.risk !== 'read') return '--read-only';
    excluded ??= matchPatterns(catalog, values.exclude ?? []);
    if (excluded.has(operation)) return '--exclude';
    return given.length > 0 ? `not in ${given.join(', ')}` : 'deprecated';
  };
}
