import { setImmediate as turn } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.js';
import { plain } from '../platform/plain-text.js';
import { ACCEPTED } from './accepted.js';
import type { OpenApiDocument } from './document.js';
import { readInputs } from './document-inputs.js';
import { requestKey } from './request-key.js';

/** What the catalog lacks compared with a document. */
export interface Lacking {
  /** The document's version. */
  readonly version: string;
  /** `POST /widgets`, in the document's order. */
  readonly operations: readonly string[];
  /** `Users_createNewUser.shoe_size`. */
  readonly inputs: readonly string[];
}

const LONGEST_NAME = 120;

/** Looks for operations and inputs that the catalog lacks, one operation at a time, so that calls go on in between. */
export async function whatCatalogLacks(document: OpenApiDocument, catalog: Catalog): Promise<Lacking> {
  const declared = new Map(catalog.operations.map((operation) => [requestKey(operation.method, operation.path), operation]));
  const meant = new Set(ACCEPTED.filter(({ aspect }) => aspect === 'missing_input').map((one) => `${one.operation}.${one.at}`));
  const operations: string[] = [];
  const inputs: string[] = [];
  for (const documented of document.operations) {
    const known = declared.get(requestKey(documented.method, documented.path));
    if (known === undefined) operations.push(plain(`${documented.method} ${documented.path}`, LONGEST_NAME));
    else {
      for (const { name, place } of readInputs(document, documented).inputs) {
        const own = place === 'query' || place === 'body' ? `${known.name}.${name}` : undefined;
        if (own !== undefined && !known.places.has(name) && !meant.has(own)) inputs.push(plain(own, LONGEST_NAME));
      }
    }
    await turn();
  }
  return { version: plain(document.version, LONGEST_NAME), operations, inputs };
}

/** How many are named; the rest are only counted. */
const MOST_NAMED = 10;

/** As a sentence for people; undefined where nothing is missing. */
export function lackingInWords({ version, operations, inputs }: Lacking): string | undefined {
  const all = [...operations, ...inputs];
  if (all.length === 0) return undefined;
  const named = all.slice(0, MOST_NAMED).join(', ');
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return `Clerk's document of the version ${version || 'none'} has ${count(operations.length, 'operation')} and ${count(inputs.length, 'input')} that the catalog lacks: ${named}${more}.`;
}

const count = (number: number, of: string): string => `${number} ${number === 1 ? of : `${of}s`}`;
