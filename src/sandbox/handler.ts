import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import type { Shape } from '../catalog/operation-types.js';
import type { Inputs, InputsOf, OperationName } from './inputs.js';
import type { Instance } from './instance.js';

/** A file of a multipart body. */
export interface UploadedFile {
  readonly bytes: Uint8Array;
  /** What its bytes say it is, such as `image/png`; undefined for no image that Clerk takes. */
  readonly mediaType: string | undefined;
}

/** Of operations that are not known by type. */
export type AnyInputs = Inputs<Record<string, string>, Record<string, unknown>, Record<string, unknown>>;

/** A request whose inputs were checked against its operation. */
export interface Call<I extends Inputs = AnyInputs> {
  readonly instance: Instance;
  readonly operation: Operation;
  /** The API version that the request is answered by. */
  readonly version: string;
  readonly path: I['path'];
  readonly query: I['query'];
  /** Empty when the operation has none. For an array body see `items`. */
  readonly body: I['body'];
  /** The elements of an array body. */
  readonly items: readonly I['body'][];
  readonly file: UploadedFile | undefined;
  /** The id of the machine whose secret key the request came with; undefined for the instance's own. */
  readonly machine: string | undefined;
}

/** What of a call tells which row its path names. @template Param The path's parameters. */
export interface Naming<Param extends string = never> {
  readonly instance: Instance;
  readonly path: Readonly<Record<Param, string>>;
}

/** Inputs that API versions before `before` still took. */
export interface FormerInputs {
  readonly before: string;
  readonly body: Shape;
}

/** How one operation is carried out. */
export interface Handler<I extends Inputs = AnyInputs> {
  /** Default 200. */
  readonly status?: number;
  /** Of an answer that is a text rather than JSON: `text/html`. */
  readonly mediaType?: string;
  /** Query parameters declared as one value of which Clerk's SDK sends several. They reach the handler as arrays. */
  readonly repeated?: readonly string[];
  readonly former?: FormerInputs;
  /** Other names that SDKs send properties of the body by, each with the declared one. */
  readonly alsoNamed?: Readonly<Record<string, string>>;
  /** A method, so that a handler of some inputs is a handler: they are checked before it runs. */
  run(call: Call<I>): unknown;
}

/** The handlers of one group, by operation name. An operation without one answers `not_in_sandbox`. */
export type Handlers = { readonly [Name in OperationName]?: Handler<InputsOf<Name>> };

export type HandlerOptions = Omit<Handler, 'run'>;

/** A handler whose inputs are typed by the operation that it is for. */
export const answers = <I extends Inputs>(run: (call: Call<I>) => unknown, options: HandlerOptions = {}): Handler<I> => ({
  ...options,
  run,
});
