import { hostname } from 'node:os';
import { errorMessage } from '../../../platform/error-message.js';
import { VERSION } from '../../../platform/version.js';
import type { LoggedLine } from './log-reader.js';
import { type Severity, severityOf } from './severity.js';
import type { LogIdentity } from './transport.js';

/** "log audit" of RFC 5424. */
const FACILITY = 13;
const SEVERITIES: Readonly<Record<Severity, number>> = { warning: 4, notice: 5, info: 6 };
/** The greatest sequenceId of RFC 5424; after it they begin again with 1. */
const MOST_SEQUENCE = 2_147_483_647;

/** A field of the header: printable ASCII without spaces. */
const field = (text: string, most: number): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';

/**
 * A message of RFC 5424. Its text is the line, byte for byte; PROCID is the id of the log, so that a receiver tells apart the logs
 * that one machine keeps.
 */
export function syslogMessage({ text, line }: LoggedLine, log: LogIdentity): string {
  const priority = FACILITY * 8 + SEVERITIES[severityOf(line)];
  const time = Number.isNaN(Date.parse(line.time)) ? '-' : field(line.time, 32);
  const data = `[meta sequenceId="${((line.seq - 1) % MOST_SEQUENCE) + 1}"][origin software="clerk-mcp" swVersion="${VERSION}"]`;
  return `<${priority}>1 ${time} ${field(hostname(), 255)} clerk-mcp ${log.id} ${line.kind} ${data} ${text}`;
}

/** Why a receiver cannot be written to: the system's code, where there is one. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'EPROTOTYPE') return 'it is a datagram socket, and only stream sockets can be used';
  return code ?? errorMessage(error);
}
