import type { DeclaredOperation } from './declaration.js';
import type { InputSchema } from './json-schema.js';
import { Operation, type Place } from './operation.js';
import type { PlainSpec } from './types.js';

/** All that a start needs of an operation, as JSON: its declaration without zod, and what was made from it. */
export interface ManifestEntry {
  /** Which module declares it: an index into the loaders. */
  readonly module: number;
  readonly spec: PlainSpec;
  readonly places: readonly (readonly [string, Place])[];
  readonly inputSchema: InputSchema;
  /** What the tool costs a model. */
  readonly tokens: number;
}

/** Loads the declarations of one module. */
export type ModuleLoader = () => Promise<Readonly<Record<string, DeclaredOperation>>>;

export function toManifest(
  modules: readonly Readonly<Record<string, DeclaredOperation>>[],
  tokensOf: (text: string) => number,
): ManifestEntry[] {
  return modules.flatMap((operations, module) =>
    Object.values(operations).map((operation) => {
      const { path: _, query: __, body: ___, ...spec } = operation.spec;
      const { name, description, inputSchema } = operation.tool;
      const tokens = tokensOf(JSON.stringify({ name, description, inputSchema }));
      return { module, spec, places: [...operation.places], inputSchema: operation.inputSchema, tokens };
    }),
  );
}

/** Operations made from a manifest: their zod schemas are loaded, a module at a time, when a call first needs them. */
export function fromManifest(manifest: readonly ManifestEntry[], loaders: readonly ModuleLoader[]): Operation[] {
  const loaded: (Promise<ReadonlyMap<string, DeclaredOperation>> | undefined)[] = [];
  const load = (module: number): Promise<ReadonlyMap<string, DeclaredOperation>> => {
    loaded[module] ??= (loaders[module] as ModuleLoader)().then(
      (operations) => new Map(Object.values(operations).map((operation) => [operation.name, operation])),
    );
    return loaded[module];
  };
  return manifest.map(
    ({ module, spec, places, inputSchema, tokens }) =>
      new Operation(spec, {
        places: new Map(places),
        tokens,
        jsonSchema: () => inputSchema,
        schema: async () => {
          const declared = (await load(module)).get(spec.name);
          if (declared === undefined) throw new Error(`the manifest is not that of this build: ${spec.name}`);
          return declared.input();
        },
      }),
  );
}
