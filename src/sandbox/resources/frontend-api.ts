import type { Instance } from '../instance.js';
import { primaryDomain } from './domain.js';

/** Where the instance's Frontend API would be, which is also who issues its tokens. */
export function frontendApi(instance: Instance): string {
  const { name, proxy_url } = primaryDomain(instance);
  return proxy_url ?? `https://clerk.${name}`;
}

/** The address at which a browser turns a ticket into a session. */
export const ticketUrl = (instance: Instance, ticket: string): string =>
  `${frontendApi(instance)}/v1/tickets/accept?ticket=${ticket}`;
