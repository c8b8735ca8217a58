/** What every kept thing has. Times are Unix milliseconds. */
export interface Row {
  readonly id: string;
  created_at: number;
  updated_at: number;
}

/** What a row is found by. Null and undefined are not indexed. */
export type Key = string | null | undefined;

/** How a kind of thing is kept: its rows stand in the instance's store, found by this declaration. */
export interface Table<R extends Row, Unique extends string = string, Lookup extends string = string> {
  /** Clerk's name of it, as in the wire's `object`. */
  readonly name: string;
  /** In error messages. */
  readonly title: string;
  /** Id prefix without the underscore. */
  readonly prefix: string;
  /** Keys that no two rows share. */
  readonly unique: Readonly<Record<Unique, (row: R) => Key>>;
  /** Keys that several rows may share. */
  readonly lookup: Readonly<Record<Lookup, (row: R) => Key>>;
  /** Looked-up keys that hold an owner's id, by the owner's name: when the owner goes, so does the row. */
  readonly owners: Readonly<Record<string, string>>;
}

const tables = new Map<string, Table<Row>>();

/** Lets the table be found by its name, for rows that come back from a file. */
export const registerTable = (table: Table<Row>): void => void tables.set(table.name, table);

/** The table of this name among all whose modules are loaded. */
export const tableNamed = (name: string): Table<Row> | undefined => tables.get(name);

/** One value that the instance has once, such as its restrictions. */
export interface Setting<T extends object> {
  readonly name: string;
  readonly initial: () => T;
}

export const defineSetting = <T extends object>(name: string, initial: () => T): Setting<T> => ({ name, initial });
