import type { Context } from '@opentelemetry/api';
import type { AnyValueMap, Logger as OtelLogger } from '@opentelemetry/api-logs';
import { isRecord } from '../platform/is-record.js';

/** pino's levels, and what OpenTelemetry calls them. */
const SEVERITIES: Readonly<Record<number, readonly [number: number, text: string]>> = {
  10: [1, 'TRACE'],
  20: [5, 'DEBUG'],
  30: [9, 'INFO'],
  40: [13, 'WARN'],
  50: [17, 'ERROR'],
  60: [21, 'FATAL'],
};

/**
 * The facts of a line that leave this machine. All others stay on standard error: they can name callers and people, or hold
 * what was sent here.
 */
const FACTS = [
  'operation',
  'outcome',
  'inputs',
  'ms',
  'why',
  'version',
  'instance',
  'tools',
  'auth',
  'sse',
  'signal',
  'dropped',
  'leftOut',
  'lost',
] as const;

const MAIL = /[^\s@"'<>(),;:]{1,64}@[^\s@"'<>(),;:]{1,255}/g;
const ID = /\b[a-z]{2,12}_[A-Za-z0-9]{16,64}\b/g;

/** A line of the log, from which all secrets have been taken, as a record of OpenTelemetry's. */
export function emitLine(line: string, logger: OtelLogger, context: Context): void {
  const parsed = parse(line);
  if (parsed === undefined) return;
  const { level, time, msg = '', err, ...facts } = parsed;
  const [severityNumber, severityText] = SEVERITIES[Number(level)] ?? [0, ''];
  const attributes: AnyValueMap = {};
  for (const name of FACTS) {
    const value = facts[name];
    if (value !== undefined && value !== null) attributes[name] = value as AnyValueMap[string];
  }
  logger.emit({
    timestamp: Number(time),
    severityNumber,
    severityText,
    body: withoutPeople(String(msg)),
    attributes: { ...attributes, ...exceptionOf(err) },
    context,
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Kind and place of an error. Its message may quote anything. */
function exceptionOf(error: unknown): AnyValueMap {
  if (!isRecord(error)) return {};
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return {
    'exception.type': String(error.type ?? 'Error'),
    ...(frames.length > 0 && { 'exception.stacktrace': frames.join('\n') }),
  };
}

const withoutPeople = (text: string): string => text.replace(MAIL, '[e-mail]').replace(ID, '[id]');
