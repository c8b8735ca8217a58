import type { Frame } from './views/layout.js';
import type { Visit } from './visit.js';

/** One request, and all that is known about its sender. */
export interface Asked {
  readonly request: Request;
  readonly path: string;
  readonly visit: Visit;
  readonly frame: Frame;
}

/** A request from a person who is signed in. */
export type SignedIn = Asked & { readonly visit: Visit & { readonly session: NonNullable<Visit['session']> } };

export const isSignedIn = (asked: Asked): asked is SignedIn => asked.visit.session !== undefined;
