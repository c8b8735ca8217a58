import type { ShipTarget } from '../../../platform/ship-target.js';
import type { OtlpEndpoint } from '../../../telemetry/otlp-endpoint.js';
import type { Transport } from './transport.js';

export interface TransportOptions {
  /** Signs what goes to webhooks. */
  readonly secret: string | undefined;
  /** The collectors, by the ids of the targets. */
  readonly endpoints: ReadonlyMap<string, OtlpEndpoint>;
  /** What the operator should know: one line each. */
  readonly warn: (message: string) => void;
}

/** Loads what the target needs. */
export async function openTransport(target: ShipTarget, { secret = '', endpoints, warn }: TransportOptions): Promise<Transport> {
  if (target.kind === 'webhook') return new (await import('./webhook.js')).WebhookTransport(target, secret);
  if (target.kind === 'otlp')
    return new (await import('./otlp.js')).OtlpTransport(endpoints.get(target.id) as OtlpEndpoint, warn);
  if (target.over === 'udp') return new (await import('./syslog-udp.js')).SyslogDatagrams(target, warn);
  return new (await import('./syslog-stream.js')).SyslogStream(target, warn);
}
