import { type LogEncoder, logEncoder } from '../../../telemetry/log-encoder.js';
import type { OtlpEndpoint } from '../../../telemetry/otlp-endpoint.js';
import { Poster } from './http.js';
import type { LoggedLine } from './log-reader.js';
import { type Severity, severityOf } from './severity.js';
import type { LogIdentity, Transport } from './transport.js';

/** SeverityNumber of OpenTelemetry. `notice` is the second of the four steps of INFO. */
const NUMBERS: Readonly<Record<Severity, number>> = { info: 9, notice: 10, warning: 13 };

/** Log records of OpenTelemetry: the body of each is the line. */
export class OtlpTransport implements Transport {
  readonly most = 200;
  readonly pauseMs = 0;
  readonly isRepeatedWhole = false;
  readonly #encoder: LogEncoder;
  readonly #poster: Poster;
  readonly #warn: (message: string) => void;

  constructor(endpoint: OtlpEndpoint, warn: (message: string) => void) {
    this.#encoder = logEncoder(endpoint, 'clerk-mcp/audit');
    this.#poster = new Poster(endpoint);
    this.#warn = warn;
  }

  async send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<number> {
    const answer = await this.#poster.post({ ...this.#encoder.request(lines.map((line) => recordOf(line, log))), signal });
    const count = this.#encoder.rejected(answer);
    // The protocol forbids to send them again.
    if (count > 0) this.#warn(`the collector took a delivery of the record but rejected ${count} of its ${lines.length} lines`);
    return count;
  }

  async check(signal: AbortSignal): Promise<string> {
    await this.#poster.post({ ...this.#encoder.request([]), signal });
    return 'takes OTLP over HTTP';
  }

  close(): void {
    this.#poster.close();
  }
}

const recordOf = ({ text, line, sha256 }: LoggedLine, log: LogIdentity) => ({
  time: Date.parse(line.time) || 0,
  severity: NUMBERS[severityOf(line)],
  body: text,
  eventName: `clerk_mcp.audit.${line.kind}`,
  attributes: {
    'clerk_mcp.audit.log': log.id,
    'clerk_mcp.audit.host': log.host,
    'clerk_mcp.audit.file': log.file,
    'clerk_mcp.audit.seq': line.seq,
    'clerk_mcp.audit.sha256': sha256,
    ...(line.operation !== undefined && { 'clerk_mcp.audit.operation': line.operation }),
  },
});
