import * as z from 'zod';
import { UserError } from '../../platform/user-error.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { flawOfPattern } from './event-types.js';

/** Whom events are sent to. */
export interface Endpoint {
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** Patterns of event types. Empty for all. */
  readonly events: readonly string[];
}

/** An endpoint that cannot be sent to. The message says why. */
export class EndpointError extends UserError {
  override readonly name = 'EndpointError';
}

const pattern = z.string().superRefine((text, context) => {
  const message = flawOfPattern(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const SECRET_FORM = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

export const endpointDescription = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }),
  /** Default: one by chance, which `/_sandbox/webhooks` shows. */
  secret: z.string().regex(SECRET_FORM, 'must be whsec_ and the base64 of 24 to 64 bytes').optional(),
  /** `user.created`, `user.*`, `organization*`. Default: every event. */
  events: z.array(pattern).optional(),
});

export type EndpointDescription = z.input<typeof endpointDescription>;

/** @throws EndpointError */
export function parseEndpoints(given: readonly EndpointDescription[]): readonly EndpointDescription[] {
  const parsed = z.array(endpointDescription).safeParse(given);
  if (!parsed.success) throw new EndpointError(`webhooks: ${z.prettifyError(parsed.error)}`);
  return given;
}

const SECRET_BYTES = 24;

/** @param bytes A source of chance. */
export const newEndpoint = (
  { url, secret, events = [] }: EndpointDescription,
  bytes: (length: number) => Uint8Array,
): Endpoint => ({ url, secret: secret ?? `whsec_${Buffer.from(bytes(SECRET_BYTES)).toString('base64')}`, events });

type EndpointRow = Endpoint & Row;

/** Those of the seed, which are kept with everything else. */
export const webhookEndpoints = defineResource<EndpointRow>()({ name: 'webhook_endpoint', prefix: 'ep' });

const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** A seed may come from elsewhere, and what it seeds may be copied from real people: it names receivers on this machine only. */
export const isOnThisMachine = (url: string): boolean => THIS_MACHINE.test(new URL(url).hostname);
