import type { DeclaredOperation, Group, GroupLoader } from './declaration.js';
import type { InputSchema } from './json-schema.js';
import { Operation, type Place } from './operation.js';
import type { PlainSpec } from './operation-types.js';

/** All that a start needs of an operation, as JSON: its declaration without zod, and what was derived from it. */
export interface ManifestEntry {
  /** The group that declares it. */
  readonly group: string;
  readonly spec: PlainSpec;
  readonly places: readonly (readonly [string, Place])[];
  /** The inputs that are moments in Unix milliseconds, if any. */
  readonly moments?: readonly string[];
  readonly inputSchema: InputSchema;
  /** What the tool costs a model. */
  readonly tokens: number;
}

/** The manifest of these groups, which are given by name. @param tokensOf what a text costs a model */
export function toManifest(groups: Readonly<Record<string, Group>>, tokensOf: (text: string) => number): ManifestEntry[] {
  return Object.entries(groups).flatMap(([group, operations]) =>
    Object.values(operations).map((operation) => {
      const { path: _, query: __, body: ___, ...spec } = operation.spec;
      const { name, description, inputSchema } = operation.tool;
      const tokens = tokensOf(JSON.stringify({ name, description, inputSchema }));
      const moments = operation.moments.size === 0 ? {} : { moments: [...operation.moments] };
      return { group, spec, places: [...operation.places], ...moments, inputSchema: operation.inputSchema, tokens };
    }),
  );
}

/** Operations made from a manifest: their zod schemas are loaded, a group at a time, when a call first needs them. */
export function fromManifest(manifest: readonly ManifestEntry[], groups: Readonly<Record<string, GroupLoader>>): Operation[] {
  const loaded = new Map<string, Promise<ReadonlyMap<string, DeclaredOperation>>>();
  const load = (group: string): Promise<ReadonlyMap<string, DeclaredOperation>> => {
    const known = loaded.get(group);
    if (known !== undefined) return known;
    const loading = readGroup(groups, group);
    loaded.set(group, loading);
    return loading;
  };
  return manifest.map(
    ({ group, spec, places, moments, inputSchema, tokens }) =>
      new Operation(spec, {
        places: new Map(places),
        moments: new Set(moments),
        tokens,
        jsonSchema: () => inputSchema,
        schema: async () => {
          const declared = (await load(group)).get(spec.name);
          if (declared === undefined) throw new Error(`the manifest is not that of this build: ${spec.name}`);
          return declared.input();
        },
      }),
  );
}

async function readGroup(
  groups: Readonly<Record<string, GroupLoader>>,
  name: string,
): Promise<ReadonlyMap<string, DeclaredOperation>> {
  const operations = (await groups[name]?.()) ?? {};
  return new Map(Object.values(operations).map((operation) => [operation.name, operation]));
}
