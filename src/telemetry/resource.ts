import { randomUUID } from 'node:crypto';
import { VERSION } from '../platform/version.js';
import type { Environment } from './environment.js';
import type { OnFault } from './otlp-endpoint.js';

/** Tells two processes of one service apart. */
const INSTANCE_ID = randomUUID();

/** Who sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` over what we know of ourselves. */
export function resourceOf(env: Environment, onFault: OnFault = () => {}): Record<string, string> {
  const name = env.OTEL_SERVICE_NAME?.trim();
  return {
    'service.name': 'clerk-mcp',
    'service.version': VERSION,
    'service.instance.id': INSTANCE_ID,
    ...readAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '', onFault),
    ...(name ? { 'service.name': name } : {}),
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
  };
}

/** `key1=value1,key2=value2`, percent-encoded. One part that cannot be read makes the whole variable void. */
function readAttributes(given: string, onFault: OnFault): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [nth, part] of given.split(',').entries()) {
    if (part.trim() === '') continue;
    const [key = '', ...rest] = part.split('=');
    const value = decode(rest.join('='));
    if (key.trim() === '' || rest.length === 0 || value === undefined) {
      onFault(
        `OTEL_RESOURCE_ATTRIBUTES: part ${nth + 1} is not an attribute like team=identity, so the variable is ignored. Correct it.`,
      );
      return {};
    }
    attributes[key.trim()] = value;
  }
  return attributes;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
