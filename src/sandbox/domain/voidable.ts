import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { isGood, type VoidableRow } from '../resources/voidable.js';
import { notFound } from '../sandbox-error.js';
import type { Row } from '../table.js';

const ID_DIGITS = 32;

/** When so many seconds from now are over, in Unix milliseconds. */
export const secondsFromNow = (instance: Instance, seconds: number): number => Math.ceil(instance.now() + seconds * 1000);

/** The columns of a new key or token. Its id is hexadecimal, unlike all others. @param seconds Of its life; null for no end. */
export const newVoidable = (
  instance: Instance,
  { prefix }: { readonly prefix: string },
  seconds: number | null,
): Omit<VoidableRow, Exclude<keyof Row, 'id'>> => ({
  id: `${prefix}_${instance.random.hex(ID_DIGITS)}`,
  revoked: false,
  revocation_reason: null,
  expiration: seconds === null ? null : secondsFromNow(instance, seconds),
});

/** The row that a secret led to, when it is good. @throws SandboxError 404, which is how Clerk tells of all that is not. */
export function mustBeGood<R extends VoidableRow>(
  instance: Instance,
  resource: Pick<Resource<R>, 'title'>,
  row: R | undefined,
): R {
  if (row === undefined) throw notFound(`${resource.title} with this secret`);
  if (!isGood(row, instance))
    throw notFound(`good ${resource.title} (this one is ${row.revoked ? 'revoked' : 'expired'})`, row.id);
  return row;
}

/** Voids it. One that is revoked stays as it is, with its first reason. */
export function revoke<R extends VoidableRow>(
  instance: Instance,
  resource: Resource<R>,
  row: R,
  reason: string | null | undefined,
): void {
  if (row.revoked) return;
  instance.update(resource, row, { revoked: true, revocation_reason: reason ?? null } as Partial<Omit<R, 'id'>>);
}
