import type * as z from 'zod';
import type { groups } from '../../tools/groups.js';
import type { ArrayBody, Shape } from '../catalog/operation-types.js';

type Group = { [Key in keyof typeof groups]: Awaited<ReturnType<(typeof groups)[Key]>> }[keyof typeof groups];
type OperationsOf<G> = G extends unknown ? G[keyof G] : never;
type Declared<O = OperationsOf<Group>> = O extends { readonly typed?: infer Typed } ? NonNullable<Typed> : never;

type Values<S> = S extends Shape ? z.infer<z.ZodObject<S>> : never;
type BodyValues<B> = B extends ArrayBody ? z.infer<B['items']>[number] : Values<B>;

/** What an operation is called with. Of an array body: one of its elements. */
export interface Inputs<Path = unknown, Query = unknown, Body = unknown> {
  readonly path: Readonly<Path>;
  readonly query: Readonly<Query>;
  readonly body: Readonly<Body>;
}

type ByName = {
  [D in Extract<Declared, { readonly name: string }> as D['name']]: Inputs<
    Values<D['path']>,
    Values<D['query']>,
    BodyValues<D['body']>
  >;
};

/** The operations of the catalog. */
export type OperationName = keyof ByName;

/** What the declaration of an operation says that it is called with. */
export type InputsOf<Name extends OperationName> = ByName[Name];
export type BodyOf<Name extends OperationName> = InputsOf<Name>['body'];
