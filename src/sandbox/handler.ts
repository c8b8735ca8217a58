import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import type { Shape } from '../catalog/operation-types.js';
import type { Instance } from './instance.js';

/** A file of a multipart body. */
export interface UploadedFile {
  readonly bytes: Uint8Array;
  /** What its bytes say it is, such as `image/png`; undefined for no image that Clerk takes. */
  readonly mediaType: string | undefined;
}

/** A request whose inputs were checked against its operation. */
export interface Call<Body extends object = Record<string, unknown>, Query extends object = Record<string, unknown>> {
  readonly instance: Instance;
  readonly operation: Operation;
  /** The API version that the request is answered by. */
  readonly version: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Query>;
  /** Empty when the operation has none. For an array body see `items`. */
  readonly body: Readonly<Body>;
  /** The elements of an array body. */
  readonly items: readonly Readonly<Body>[];
  readonly file: UploadedFile | undefined;
  /** The id of the machine whose secret key the request came with; undefined for the instance's own. */
  readonly machine: string | undefined;
}

/** Inputs that API versions before `before` still took. */
export interface FormerInputs {
  readonly before: string;
  readonly body: Shape;
}

/** How one operation is carried out. */
export interface Handler {
  /** Default 200. */
  readonly status?: number;
  /** Of an answer that is a text rather than JSON: `text/html`. */
  readonly mediaType?: string;
  /** Properties of the body, or of its items, beyond the declared ones are let through, as where Clerk's schema does not forbid them. */
  readonly openBody?: boolean;
  /** Query parameters declared as one value of which Clerk's SDK sends several. They reach the handler as arrays. */
  readonly repeated?: readonly string[];
  readonly former?: FormerInputs;
  /** Other names that SDKs send properties of the body by, each with the declared one. */
  readonly alsoNamed?: Readonly<Record<string, string>>;
  readonly run: (call: Call) => unknown;
}

/** The handlers of one group, by operation name. An operation without one answers `not_in_sandbox`. */
export type Handlers = Readonly<Record<string, Handler>>;

type HandlerOptions = Omit<Handler, 'run'>;

/** A handler whose body and query are known by type: zod has checked them when it runs. */
export const answers = <Body extends object, Query extends object = Record<string, unknown>>(
  run: (call: Call<Body, Query>) => unknown,
  options: HandlerOptions = {},
): Handler => ({ ...options, run: (call) => run(call as unknown as Call<Body, Query>) });
