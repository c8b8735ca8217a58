import { environment } from '../../telemetry/environment.js';
import type { OtlpEndpoint } from '../../telemetry/otlp-endpoint.js';
import { probe } from '../../telemetry/probe.js';
import { readTelemetrySettings } from '../../telemetry/settings.js';
import { type Finding, failure, ok, warning } from './finding.js';

const TIMEOUT_MS = 5000;

/** What OTLP endpoints answer in; some answer an empty text. */
const OTLP = /^application\/(?:json|x-protobuf)\b/;

/** Whether OpenTelemetry's variables can be used, and what is sent gets to something that takes it. */
export async function checkTelemetry(): Promise<Finding[]> {
  const { faults, endpoints } = readTelemetrySettings(environment());
  const known = Object.values(endpoints).filter((endpoint) => endpoint !== undefined);
  const found = await Promise.all(known.map(checkEndpoint));
  return [...faults.map(asWarning), ...found];
}

/** What is wrong, and then what to do. */
function asWarning(fault: string): Finding {
  const at = fault.lastIndexOf('. ', fault.length - 2);
  return at === -1 ? warning('telemetry', fault, '') : warning('telemetry', fault.slice(0, at + 1), fault.slice(at + 2));
}

async function checkEndpoint(endpoint: OtlpEndpoint): Promise<Finding> {
  const { signal } = endpoint;
  const { origin, pathname } = new URL(endpoint.url);
  const address = `${origin}${pathname}`;
  const probed = await probe(endpoint, TIMEOUT_MS);
  if (probed.kind === 'failed')
    return failure(
      'telemetry',
      `${address} cannot be reached (${probed.code}): the ${signal} are lost.`,
      'Check the address, and whether a collector listens there; for OTLP over HTTP they usually take port 4318.',
    );
  const { status, contentType } = probed;
  const says = `${address} answers ${status}`;
  if (status === 401 || status === 403)
    return failure('telemetry', `${says}: the ${signal} are refused.`, 'Give its credentials in OTEL_EXPORTER_OTLP_HEADERS.');
  if (status === 415)
    return failure(
      'telemetry',
      `${says}: it does not take ${endpoint.protocol}.`,
      'Set OTEL_EXPORTER_OTLP_PROTOCOL to the other of http/protobuf and http/json.',
    );
  const isOtlp = contentType === undefined || OTLP.test(contentType);
  // Some refuse an export with nothing in it, in the form of OTLP.
  if (isOtlp && ((status >= 200 && status < 300) || (status === 400 && contentType !== undefined)))
    return ok('telemetry', `${address} takes ${signal}.`);
  if (status === 429 || status >= 500)
    return warning('telemetry', `${says}: what is sent now is lost.`, 'Look at the log of the collector.');
  return failure(
    'telemetry',
    `${says}, and not as an OTLP endpoint does: the ${signal} are lost.`,
    'Give the root of the endpoint in OTEL_EXPORTER_OTLP_ENDPOINT, to which /v1/traces and the like are added, or the whole address of each signal.',
  );
}
