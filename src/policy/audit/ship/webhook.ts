import type { WebhookTarget } from '../../../platform/ship-target.js';
import { webhookKey, webhookSignature } from '../../../platform/standard-webhook.js';
import { VERSION } from '../../../platform/version.js';
import { sha256 } from '../line.js';
import { Poster } from './http.js';
import type { LoggedLine } from './log-reader.js';
import type { LogIdentity, Transport } from './transport.js';

/** Messages signed according to Standard Webhooks, each with the next lines of one log. */
export class WebhookTransport implements Transport {
  readonly most = 100;
  readonly pauseMs = 0;
  readonly isRepeatedWhole = true;
  readonly #poster: Poster;
  readonly #key: Buffer;

  constructor({ url }: WebhookTarget, secret: string) {
    this.#poster = new Poster({ url });
    this.#key = webhookKey(secret);
  }

  /** The id follows from the lines, so that a receiver knows a message that comes again, also after a restart here. */
  async send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<number> {
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const data = {
      log,
      first: first.line.seq,
      last: last.line.seq,
      lines: lines.map(({ text }) => text),
    };
    const id = `msg_${sha256(`${log.id} ${first.sha256} ${last.sha256}`).slice(0, 32)}`;
    await this.#post(id, { type: 'audit.records', timestamp: last.line.time, data }, signal);
    return 0;
  }

  async check(signal: AbortSignal): Promise<string> {
    await this.#post(
      `msg_${sha256(String(Date.now())).slice(0, 32)}`,
      { type: 'audit.ping', timestamp: new Date().toISOString(), data: {} },
      signal,
    );
    return 'takes signed messages';
  }

  close(): void {
    this.#poster.close();
  }

  async #post(id: string, message: object, signal: AbortSignal): Promise<void> {
    const timestamp = Math.floor(Date.now() / 1000);
    const body = JSON.stringify(message);
    const headers = {
      'content-type': 'application/json',
      'user-agent': `clerk-mcp/${VERSION}`,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': webhookSignature(this.#key, { id, timestamp, body }),
    };
    await this.#poster.post({ headers, body, signal });
  }
}
