import type { JWTPayload } from 'jose';
import type { Handler } from '../handler.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { ticketUrl } from '../resources/frontend-api.js';
import type { TicketRow } from '../resources/tickets.js';
import { refuse } from '../sandbox-error.js';
import { changes } from './found.js';

/** The columns of a new ticket, with its token signed. @param lifetime Seconds. */
export async function newTicket<R extends TicketRow>(
  instance: Instance,
  resource: Resource<R>,
  fields: { readonly user_id: string; readonly lifetime: number; readonly claims?: JWTPayload },
): Promise<Pick<TicketRow, 'id' | 'user_id' | 'status' | 'token' | 'url'>> {
  const id = instance.newId(resource.prefix);
  const made = Math.floor(instance.now() / 1000);
  const token = await instance.keys.sign({
    ...fields.claims,
    st: resource.name,
    sid: id,
    iid: instance.id,
    iat: made,
    exp: made + fields.lifetime,
  });
  return { id, user_id: fields.user_id, status: 'pending', token, url: ticketUrl(instance, token) };
}

/** A handler that voids a ticket. One that was used or voided before is refused with `code`. */
export const revokes = <R extends TicketRow>(resource: Resource<R>, code: string): Handler =>
  changes(resource, (row, { instance }) => {
    if (row.status !== 'pending') {
      throw refuse(400, code, 'cannot revoke', `The ${resource.title} is ${row.status}; only a pending one can be revoked.`);
    }
    instance.update(resource, row, { status: 'revoked' } as Partial<Omit<R, 'id'>>);
  });
