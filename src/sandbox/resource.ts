import type * as z from 'zod';
import type { Instance } from './instance.js';

/** What every kept thing has. Times are Unix milliseconds. */
export interface Row {
  readonly id: string;
  created_at: number;
  updated_at: number;
}

/** What a row is found by. Null and undefined are not indexed. */
export type Key = string | null | undefined;

/** Says once what a kind of thing is: how it is found, to whom it belongs and what it looks like when sent. */
export interface ResourceSpec<R extends Row, Unique extends string, Lookup extends string> {
  /** Clerk's name of it, as in the wire's `object`. */
  readonly name: string;
  /** In error messages. Default: `name` with spaces. */
  readonly title?: string;
  /** Id prefix without the underscore. */
  readonly prefix: string;
  /** What is sent, and nothing else: every answer is checked against it. */
  readonly shape: z.ZodType;
  /** Keys that no two rows share. */
  readonly unique?: Readonly<Record<Unique, (row: R) => Key>>;
  /** Keys that several rows may share. */
  readonly lookup?: Readonly<Record<Lookup, (row: R) => Key>>;
  /** Looked-up keys that hold an owner's id, by the owner's name: when the owner goes, so does the row. */
  readonly owners?: Readonly<Record<string, NoInfer<Lookup>>>;
  /** The row as it is sent. Default: the row itself with `object`. */
  readonly show?: (row: R, instance: Instance) => object;
}

/** A kind of thing. It holds no rows: those are in the instance's store, found by this declaration. */
export interface Resource<R extends Row, Unique extends string = string, Lookup extends string = string> {
  readonly name: string;
  readonly title: string;
  readonly prefix: string;
  readonly shape: z.ZodType;
  readonly unique: Readonly<Record<Unique, (row: R) => Key>>;
  readonly lookup: Readonly<Record<Lookup, (row: R) => Key>>;
  /** Owner to lookup. */
  readonly owners: Readonly<Record<string, string>>;
  readonly show: (row: R, instance: Instance) => object;
}

/** Curried, so that the row's type is given and the index names are inferred: `defineResource<R>()({…})`. */
export const defineResource =
  <R extends Row>() =>
  <Unique extends string = never, Lookup extends string = never>(
    spec: ResourceSpec<R, Unique, Lookup>,
  ): Resource<R, Unique, Lookup> => {
    const resource: Resource<R, Unique, Lookup> = {
      title: spec.name.replaceAll('_', ' '),
      unique: {} as Record<Unique, never>,
      lookup: {} as Record<Lookup, never>,
      owners: {},
      show: (row) => ({ object: spec.name, ...row }),
      ...spec,
    };
    defined.set(resource.name, resource as unknown as Resource<Row>);
    return resource;
  };

const defined = new Map<string, Resource<Row>>();

/** The resource of this name among all whose modules are loaded; for rows that come back from a file. */
export const resourceNamed = (name: string): Resource<Row> | undefined => defined.get(name);

/** One value that the instance has once, such as its restrictions. */
export interface Setting<T extends object> {
  readonly name: string;
  readonly initial: () => T;
}

export const defineSetting = <T extends object>(name: string, initial: () => T): Setting<T> => ({ name, initial });
