import * as z from 'zod';
import { compactJsonSchema, type InputSchema } from './json-schema.js';
import { momentInputs } from './moment-inputs.js';
import { type Inputs, isUpdate, Operation, type Place } from './operation.js';
import type { ArrayBody, OperationSpec, Shape } from './operation-types.js';

/** The three inputs that stand for a file. Exactly one of path and base64 is given. */
const IMAGE_INPUTS: Shape = {
  file_path: z.string().optional().describe('On the local disk (stdio only)'),
  file_base64: z.string().optional().describe('Instead of file_path'),
  media_type: z.string().optional().describe('Of file_base64: image/png, jpeg, gif or webp'),
};

/** Inputs that the server adds to every tool. */
const RESERVED: ReadonlySet<string> = new Set(['confirm', 'fields']);

const isArrayBody = (body: Shape | ArrayBody): body is ArrayBody => 'as' in body && typeof body.as === 'string';

/** An operation with its zod schemas at hand. */
export class DeclaredOperation extends Operation {
  declare readonly spec: OperationSpec;

  constructor(spec: OperationSpec) {
    super(spec, inputsOf(spec));
  }
}

type NoInputs = Record<never, never>;

/** Tells the compiler the types of a call's inputs. The property does not exist at run time. */
export interface Typed<Name, Path, Query, Body> {
  readonly typed?: { readonly name: Name; readonly path: Path; readonly query: Query; readonly body: Body };
}

/** Declares one operation. The declaration is data; everything else is derived from it. */
export const defineOperation = <
  Name extends OperationSpec['name'],
  Path extends Shape = NoInputs,
  Query extends Shape = NoInputs,
  Body extends Shape | ArrayBody = NoInputs,
>(
  spec: OperationSpec & { readonly name: Name; readonly path?: Path; readonly query?: Query; readonly body?: Body },
): DeclaredOperation & Typed<Name, Path, Query, Body> => new DeclaredOperation(spec);

function inputsOf(spec: OperationSpec): Inputs {
  let schema: z.ZodType | undefined;
  let jsonSchema: InputSchema | undefined;
  const toSchema = (): z.ZodType => {
    schema ??= z.strictObject(shapeOf(spec));
    return schema;
  };
  return {
    places: placeInputs(spec),
    moments: momentsOf(spec),
    schema: async () => toSchema(),
    jsonSchema: () => {
      jsonSchema ??= compactJsonSchema(toSchema(), { nullClears: isUpdate(spec.request) });
      return jsonSchema;
    },
  };
}

function shapeOf({ path, query, body, image }: OperationSpec): Shape {
  const bodyShape = body === undefined ? {} : isArrayBody(body) ? { [body.as]: body.items } : body;
  return { ...path, ...query, ...bodyShape, ...(image === undefined ? {} : IMAGE_INPUTS) };
}

/** The inputs that are moments in Unix milliseconds. */
const momentsOf = ({ query }: OperationSpec): ReadonlySet<string> =>
  new Set(Object.entries(query ?? {}).flatMap(([name, schema]) => (momentInputs.has(schema) ? [name] : [])));

function placeInputs(spec: OperationSpec): Map<string, Place> {
  const places = new Map<string, Place>();
  const put = (names: readonly string[], place: Place): void => {
    for (const name of names) {
      if (places.has(name) || RESERVED.has(name)) throw new Error(`${spec.name}: input ${name} is declared twice`);
      places.set(name, place);
    }
  };
  put(Object.keys(spec.path ?? {}), 'path');
  put(Object.keys(spec.query ?? {}), 'query');
  if (spec.body !== undefined) {
    if (isArrayBody(spec.body)) put([spec.body.as], 'array-body');
    else put(Object.keys(spec.body), 'body');
  }
  if (spec.image !== undefined) put(Object.keys(IMAGE_INPUTS), 'image');
  return places;
}

/** A group of declarations. */
export type Group = Readonly<Record<string, DeclaredOperation>>;

/** Loads the declarations of one group. */
export type GroupLoader = () => Promise<Group>;

/** The operations of all groups, in their order. */
export async function loadOperations(groups: Readonly<Record<string, GroupLoader>>): Promise<DeclaredOperation[]> {
  const loaded = await Promise.all(Object.values(groups).map((load) => load()));
  return loaded.flatMap((group) => Object.values(group));
}
