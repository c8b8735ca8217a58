import { didYouMean } from '../../catalog/nearest.js';
import { plain } from '../../platform/plain-text.js';
import { refuse } from '../reply.js';
import type { AuthenticatedCaller, Authenticator } from './authenticator.js';

/** What is wrong with the instances that an entry of a file names. @param served those that there are; `undefined` for a single one without a name */
export function instanceFaults(names: readonly string[], served: readonly string[] | undefined): string[] {
  if (names.length === 0) return [];
  if (served === undefined)
    return [
      'instances can be named only where several are served, with --instances FILE: here the entry would reach the only one.',
    ];
  return names
    .filter((name) => !served.includes(name))
    .map(
      (name) => `no instance is named ${JSON.stringify(name)}.${didYouMean(name, served) || ` There are ${served.join(', ')}.`}`,
    );
}

/** Lets in those callers who may reach one instance of several. */
export class ReachAuthenticator implements Authenticator {
  readonly #inner: Authenticator;
  readonly #instance: string;

  /** @param inner closed and reloaded by whoever made it */
  constructor(inner: Authenticator, instance: string) {
    this.#inner = inner;
    this.#instance = instance;
  }

  async authenticate(credentials: Parameters<Authenticator['authenticate']>[0]): ReturnType<Authenticator['authenticate']> {
    const authentication = await this.#inner.authenticate(credentials);
    if (!authentication.ok || authentication.caller.instances?.has(this.#instance) === true) return authentication;
    const refusal = refuse(403, unreached(authentication.caller, this.#instance));
    return { ok: false, why: 'ungranted', reason: `${this.#instance} may not be reached`, refusal };
  }

  close(): void {}
}

const unreached = ({ name }: AuthenticatedCaller, instance: string): string =>
  `${plain(name)} may not reach ${instance}. The operator of this server can add ${instance} to the instances of their entry.`;
