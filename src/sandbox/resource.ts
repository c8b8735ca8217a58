import type { Instance } from './instance.js';
import { type Key, type Row, registerTable, type Table } from './table.js';

/** Says once what a kind of thing is: how it is found, to whom it belongs and what it looks like when sent. */
export interface ResourceSpec<R extends Row, Unique extends string, Lookup extends string, Owner extends string> {
  /** Clerk's name of it, as in the wire's `object`. */
  readonly name: string;
  /** In error messages. Default: `name` with spaces. */
  readonly title?: string;
  /** Id prefix without the underscore. */
  readonly prefix: string;
  /** Keys that no two rows share. */
  readonly unique?: Readonly<Record<Unique, (row: R) => Key>>;
  /** Keys that several rows may share. */
  readonly lookup?: Readonly<Record<Lookup, (row: R) => Key>>;
  /** Columns that hold an owner's id, by the owner's name: when the owner goes, so does the row. They are looked up, too. */
  readonly owners?: Readonly<Record<string, Owner>>;
  /** The row as it is sent. Default: the row itself with `object`. */
  readonly show?: (row: R, instance: Instance) => object;
}

/** A kind of thing: how it is kept, and how it is sent. */
export interface Resource<R extends Row, Unique extends string = string, Lookup extends string = string>
  extends Table<R, Unique, Lookup> {
  readonly show: (row: R, instance: Instance) => object;
}

/** Curried, so that the row's type is given and the index names are inferred: `defineResource<R>()({…})`. */
export const defineResource =
  <R extends Row>() =>
  <Unique extends string = never, Lookup extends string = never, Owner extends keyof R & string = never>(
    spec: ResourceSpec<R, Unique, Lookup, Owner>,
  ): Resource<R, Unique, Lookup | Owner> => {
    const owners: Readonly<Record<string, Owner>> = spec.owners ?? {};
    const byOwner = Object.values(owners).map((column) => [column, (row: R) => row[column]]);
    const resource: Resource<R, Unique, Lookup | Owner> = {
      title: spec.name.replaceAll('_', ' '),
      unique: {} as Record<Unique, never>,
      show: (row) => ({ object: spec.name, ...row }),
      ...spec,
      owners,
      lookup: { ...Object.fromEntries(byOwner), ...spec.lookup },
    };
    registerTable(resource as unknown as Resource<Row>);
    return resource;
  };
