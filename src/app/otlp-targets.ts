import { ConfigError } from '../config/config-error.js';
import type { OtlpTarget, ShipTarget } from '../platform/ship-target.js';
import { type Environment, environment } from '../telemetry/environment.js';
import { type OtlpEndpoint, readOtlpEndpoint } from '../telemetry/otlp-endpoint.js';

/**
 * The collectors that the record is delivered to, by the ids of the targets: with what OpenTelemetry's variables say of
 * headers, certificates and the like. What is asked for here must be usable, so that a start with a fault fails.
 * @throws ConfigError
 */
export function otlpTargets(targets: readonly ShipTarget[], warn: (message: string) => void): ReadonlyMap<string, OtlpEndpoint> {
  const endpoints = new Map<string, OtlpEndpoint>();
  for (const target of targets) if (target.kind === 'otlp') endpoints.set(target.id, endpointOf(target, warn));
  return endpoints;
}

function endpointOf({ url }: OtlpTarget, warn: (message: string) => void): OtlpEndpoint {
  const faults: string[] = [];
  const env = url === undefined ? environment() : withAddress(environment(), url);
  const endpoint = readOtlpEndpoint('logs', (fault) => faults.push(fault), env);
  if (endpoint === undefined) {
    const missing =
      'it needs OTEL_EXPORTER_OTLP_LOGS_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT. An address of its own is otlp+https://host:4318.';
    throw new ConfigError(`--audit-ship otlp: ${faults[0] ?? missing}`);
  }
  for (const fault of faults) warn(`--audit-ship otlp: ${fault}`);
  return endpoint;
}

/** An address of our own is spoken to over HTTP, whatever is meant for others. */
function withAddress(env: Environment, url: string): Environment {
  const asked = env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  const protocol = asked?.trim() === 'http/json' ? 'http/json' : 'http/protobuf';
  return { ...env, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: url, OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: protocol };
}
