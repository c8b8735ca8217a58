import type { Instance } from '../instance.js';
import { primaryDomain } from './domain.js';

/** Where the instance's Frontend API would be, which is also who issues its tokens. */
export function frontendApi(instance: Instance): string {
  const { name, proxy_url } = primaryDomain(instance);
  return proxy_url ?? `https://clerk.${name}`;
}

/** What a browser finds the Frontend API by, in the form of Clerk's publishable keys. */
export function publishableKey(instance: Instance, secretKey: string): string {
  const host = frontendApi(instance).replace(/^https?:\/\//, '');
  return `pk_${secretKey.startsWith('sk_live_') ? 'live' : 'test'}_${Buffer.from(`${host}$`).toString('base64')}`;
}

/** The address at which a browser turns a ticket into a session. */
export const ticketUrl = (instance: Instance, ticket: string): string =>
  `${frontendApi(instance)}/v1/tickets/accept?ticket=${ticket}`;
