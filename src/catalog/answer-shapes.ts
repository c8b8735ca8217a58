import type * as z from 'zod';
import { closed, type ListRow, listRows, type Secret, secrets, times } from './resources/marks.js';

/** A value about which nothing more is known. */
export const VALUE = -1;
/** Set by its owner, in any form. */
export const FREE = -2;
/** The same, but restricted: not everyone may read it. */
export const CLOSED = -3;
/** A moment in Unix milliseconds. */
export const TIME = -4;

/** What a property holds: one of the above, a secret, or the index of an object. */
type Held = number | Secret;

/** One kind of answer, or one kind of row in a list. */
interface ResourceShape extends Partial<ListRow> {
  /** The index of its object. */
  readonly shape: number;
}

/** The properties of every answer, as JSON. Trimming an answer needs no more than this. */
export interface AnswerShapes {
  /** Equal objects are here once. */
  readonly objects: readonly Readonly<Record<string, Held>>[];
  readonly resources: readonly ResourceShape[];
  /** By the API's name for a resource, its `object`: the index among the resources. */
  readonly byObject: Readonly<Record<string, number>>;
  /** By the request, where it lists a resource or where the answer has no `object`. */
  readonly byRequest: Readonly<Record<string, number>>;
}

/** Everything known about a value, from every schema that it may have. */
class Node {
  free = false;
  closed = false;
  time = false;
  secret: Secret | undefined;
  readonly properties = new Map<string, Node>();

  add(schema: z.core.$ZodType): this {
    this.secret ??= secrets.get(schema as z.ZodType);
    this.closed ||= closed.has(schema as z.ZodType);
    this.time ||= times.has(schema as z.ZodType);
    const { def } = (schema as z.ZodType)._zod as unknown as { readonly def: z.core.$ZodTypes['_zod']['def'] };
    switch (def.type) {
      case 'optional':
      case 'nullable':
        return this.add(def.innerType);
      case 'array':
        return this.add(def.element);
      case 'union':
        for (const option of def.options) this.add(option);
        return this;
      case 'object':
        if (def.catchall !== undefined && def.catchall._zod.def.type !== 'never') this.free = true;
        for (const [key, value] of Object.entries(def.shape)) {
          const held = this.properties.get(key) ?? new Node();
          this.properties.set(key, held.add(value));
        }
        return this;
      default:
        if (def.type === 'record' || def.type === 'unknown') this.free = true;
        return this;
    }
  }
}

interface Form {
  readonly schema: z.core.$ZodObject;
  readonly listed: boolean;
}

/** The objects that an answer may be or may list. */
function formsOf(schema: z.core.$ZodType, listed = false): Form[] {
  const { def } = schema._zod as unknown as { readonly def: z.core.$ZodTypes['_zod']['def'] };
  if (def.type === 'array') return formsOf(def.element, true);
  if (def.type === 'union') return def.options.flatMap((option) => formsOf(option, listed));
  if (def.type !== 'object') return [];
  const rows = Object.values(def.shape).find((value) => value._zod.def.type === 'array');
  if ('total_count' in def.shape && rows !== undefined) return formsOf(rows, true);
  return [{ schema: schema as z.core.$ZodObject, listed }];
}

/** The possible values of an object's `object`; empty where it has none, undefined where any value may occur. */
function namesOf({ schema }: Form): readonly string[] | undefined {
  const object = schema._zod.def.shape.object;
  if (object === undefined) return [];
  const { values } = object._zod;
  return values === undefined ? undefined : [...values].map(String);
}

/** @param answers Schemas by request, as in `answers.ts`. */
export function describeAnswers(answers: Readonly<Record<string, z.ZodType | null>>): AnswerShapes {
  const objects = new Map<string, number>();
  const nodes = new Map<string, Node>();
  const rows = new Map<string, ListRow>();
  const byRequest = new Map<string, string>();
  for (const [request, answer] of Object.entries(answers)) {
    const forms = answer === null ? [] : formsOf(answer);
    const names = [...new Set(forms.flatMap((form) => namesOf(form) ?? []))];
    for (const form of forms) {
      const own = namesOf(form);
      if (own === undefined) continue;
      // A form without a name is a variant of the named ones, or is known only by its request.
      const keys = own.length > 0 ? own : names.length > 0 ? names : [request];
      for (const key of keys) {
        nodes.set(key, (nodes.get(key) ?? new Node()).add(form.schema));
        const row = listRows.get(form.schema as z.ZodObject);
        if (row !== undefined) rows.set(key, row);
      }
      if (form.listed || own.length === 0) byRequest.set(request, keys[0] as string);
    }
  }
  const place = (node: Node): number => {
    const text = JSON.stringify(Object.fromEntries([...node.properties].map(([key, below]) => [key, heldBy(below)])));
    const known = objects.get(text) ?? objects.size;
    objects.set(text, known);
    return known;
  };
  const heldBy = (node: Node): Held => {
    if (node.secret !== undefined) return node.secret;
    if (node.free) return node.closed ? CLOSED : FREE;
    return node.time ? TIME : node.properties.size > 0 ? place(node) : VALUE;
  };
  const keys = [...nodes.keys()];
  const resources = [...nodes].map(([key, node]) => ({ ...rows.get(key), shape: place(node) }));
  return {
    objects: [...objects.keys()].map((text) => JSON.parse(text)),
    resources,
    byObject: Object.fromEntries(keys.filter((key) => !(key in answers)).map((key) => [key, keys.indexOf(key)])),
    byRequest: Object.fromEntries([...byRequest].map(([request, key]) => [request, keys.indexOf(key)])),
  };
}
