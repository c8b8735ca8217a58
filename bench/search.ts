import { Catalog } from '../src/catalog/catalog.js';
import { OperationSearch } from '../src/catalog/search.js';
import { heldOutRequests } from '../test/catalog/held-out-requests.js';
import { requests, type SearchRequest } from '../test/catalog/search-requests.js';
import { operations } from '../tools/index.js';

const FIRST_FIVE = 5;

/** How often the search of discovery mode finds the right operation for a request in people's own words. */
export function measureSearch(): [what: string, value: string, target: string][] {
  const catalog = new Catalog(operations);
  const search = new OperationSearch(catalog.operations);
  const known = (names: readonly string[] = []): string[] => names.filter((name) => catalog.find(name) !== undefined);

  const measure = (part: string, asked: readonly SearchRequest[]): [what: string, value: string, target: string][] => {
    const places: number[] = [];
    for (const { words, right, otherwise } of asked) {
      const best = known(right);
      const wanted = best.length > 0 ? best : known(otherwise);
      if (wanted.length === 0) continue;
      places.push(search.search(words, { limit: FIRST_FIVE }).findIndex(({ operation }) => wanted.includes(operation.name)));
    }
    const share = (found: readonly number[]): string => `${((100 * found.length) / places.length).toFixed(1)} %`;
    return [
      [`${part}: first of ${places.length}`, share(places.filter((place) => place === 0)), '≥ 95 %'],
      [`${part}: in the first 5`, share(places.filter((place) => place !== -1)), '≥ 99.5 %'],
    ];
  };
  return [...measure('tuned', requests), ...measure('held out', heldOutRequests)];
}
