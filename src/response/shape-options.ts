import type { Arguments } from '../catalog/operation-types.js';

export interface ShapeOptions {
  /** Paths to return instead of the default shape; `*` among them returns everything. An empty list counts as not given. */
  readonly fields?: readonly string[] | undefined;
  /** How times are given: as the API gives them, in Unix milliseconds, or as ISO 8601. Default: as the API does. */
  readonly times?: 'iso' | 'unix' | undefined;
  /** What to return without `fields`: the default shape, or the API's answer untouched. */
  readonly results: 'short' | 'full';
  /** The most that the text may cost, in o200k_base tokens; 1000 or more. */
  readonly maxTokens: number;
  /** The call's arguments, from which the note on a cut list tells how to continue. */
  readonly args?: Arguments | undefined;
  /** Inputs that the caller left out and the server filled in. The note names them. */
  readonly made?: Arguments | undefined;
  /** Arguments that were read differently from how they were sent. The note names them. */
  readonly readAs?: readonly string[] | undefined;
  /** The file that holds the secrets taken out of the answer, which names it as `secret_file`. */
  readonly secretFile?: string | undefined;
  /** Whether to return the answer as an object as well. Default: false. */
  readonly structured?: boolean | undefined;
}
