import type { Change } from '../changes.js';
import type { Instance } from '../instance.js';
import type { SandboxRequest } from '../middleware.js';
import { Deliveries, type ShownDelivery } from './deliveries.js';
import { type Endpoint, webhookEndpoints } from './endpoint.js';
import { isWanted } from './event-types.js';
import { eventsOf } from './events.js';

export interface WebhooksOptions {
  /** Those that the start names. */
  readonly endpoints: readonly Endpoint[];
  readonly now: () => number;
  readonly newId: () => string;
}

/** Tells endpoints what happens in the instance, as Clerk's webhooks do. */
export class Webhooks {
  readonly #endpoints: readonly Endpoint[];
  readonly #deliveries: Deliveries;

  constructor({ endpoints, now, newId }: WebhooksOptions) {
    this.#endpoints = endpoints;
    this.#deliveries = new Deliveries({ now, newId });
  }

  /** Those of the start, then those of the seed. */
  endpoints(instance: Instance): readonly Endpoint[] {
    const seeded = instance.all(webhookEndpoints);
    return [...this.#endpoints, ...seeded].map(({ url, secret, events }) => ({ url, secret, events }));
  }

  tell(changes: readonly Change[], instance: Instance, request: SandboxRequest): void {
    const endpoints = this.endpoints(instance);
    if (endpoints.length === 0) return;
    const http_request = { client_ip: '127.0.0.1', user_agent: request.headers['user-agent'] ?? '' };
    for (const { type, objectId, data } of eventsOf(changes, instance)) {
      const envelope = { event_attributes: { http_request }, instance_id: instance.id, object: 'event' };
      const body = JSON.stringify({ data, ...envelope, timestamp: instance.now(), type });
      for (const endpoint of endpoints) {
        if (isWanted(endpoint.events, type)) this.#deliveries.send({ type, objectId, body }, endpoint);
      }
    }
  }

  /** What was sent and what waits, oldest first, once what is under way has come to an end. */
  async sent(): Promise<readonly ShownDelivery[]> {
    await this.#deliveries.idle();
    return this.#deliveries.shown;
  }

  /** @throws SandboxError 404. */
  replay(id: string): void {
    this.#deliveries.replay(id);
  }

  moved(): void {
    this.#deliveries.moved();
  }

  clear(): void {
    this.#deliveries.clear();
  }
}
