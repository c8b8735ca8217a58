import type { DeclaredOperation as Operation } from '../catalog/declaration.js';

export interface Match {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: Operation;
  readonly template: readonly string[];
}

const isParam = (segment: string): boolean => segment.startsWith('{');

/** Of two templates that fit one path, the one that is literal where they first differ comes first. */
function bySpecificity(a: Route, b: Route): number {
  for (const [at, segment] of a.template.entries()) {
    const difference = Number(isParam(segment)) - Number(isParam(b.template[at] ?? ''));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Paths that Clerk's SDK sends for an operation beside the published one. */
const ALSO_AT: Readonly<Record<string, string>> = {
  BetaFeatures_updateInstanceDomain: '/beta_features/change_domain',
  // Of the Frontend API, where libraries that verify tokens look for the keys.
  Jwks_getJsonWebKeySet: '/.well-known/jwks.json',
};

/** Finds the operation that a method and a path name. */
export class Router {
  readonly #routes = new Map<string, Route[]>();

  constructor(operations: Iterable<Operation>) {
    for (const operation of operations) {
      this.#add(operation, operation.path);
      const other = ALSO_AT[operation.name];
      if (other !== undefined) this.#add(operation, other);
    }
    for (const routes of this.#routes.values()) routes.sort(bySpecificity);
  }

  #add(operation: Operation, path: string): void {
    const template = path.slice(1).split('/');
    const key = `${operation.method} ${template.length}`;
    const routes = this.#routes.get(key);
    if (routes === undefined) this.#routes.set(key, [{ operation, template }]);
    else routes.push({ operation, template });
  }

  match(method: string, segments: readonly string[]): Match | undefined {
    for (const { operation, template } of this.#routes.get(`${method} ${segments.length}`) ?? []) {
      const params: Record<string, string> = {};
      const fits = template.every((part, at) => {
        const segment = segments[at] as string;
        if (!isParam(part)) return part === segment;
        params[part.slice(1, -1)] = segment;
        return segment !== '';
      });
      if (fits) return { operation, params };
    }
    return undefined;
  }
}
