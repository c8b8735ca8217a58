import { type LogSender, openLogSender } from '../../../telemetry/log-sender.js';
import type { OtlpEndpoint } from '../../../telemetry/otlp-endpoint.js';
import type { LoggedLine } from './log-reader.js';
import { type Severity, severityOf } from './severity.js';
import { DeliveryError, type LogIdentity, type Transport } from './transport.js';

/** SeverityNumber of OpenTelemetry. `notice` is the second of the four steps of INFO. */
const NUMBERS: Readonly<Record<Severity, number>> = { info: 9, notice: 10, warning: 13 };
const TOO_LARGE = 'HTTP status 413';

/** Log records of OpenTelemetry: the body of each is the line. */
export class OtlpTransport implements Transport {
  readonly most = 200;
  readonly pauseMs = 0;
  readonly isRepeatedWhole = false;
  readonly #sender: LogSender;

  constructor(endpoint: OtlpEndpoint, warn: (message: string) => void) {
    this.#sender = openLogSender(endpoint, 'clerk-mcp/audit', (count) =>
      // The protocol forbids to send them again.
      warn(`the collector took a delivery of the record but rejected ${count} of its lines`),
    );
  }

  async send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<void> {
    const aborted = new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('stopped'), { once: true }));
    const failure = await Promise.race([this.#sender.send(lines.map((line) => recordOf(line, log))), aborted]);
    if (failure !== undefined) throw new DeliveryError(failure, { isTooLarge: failure === TOO_LARGE });
  }

  async check(): Promise<string> {
    const failure = await this.#sender.send([]);
    if (failure !== undefined) throw new DeliveryError(failure);
    return 'takes OTLP over HTTP';
  }

  close(): void {
    void this.#sender.close().catch(() => {});
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
