import { randomUUID } from 'node:crypto';
import { errorMessage } from '../platform/error-message.js';
import { webhookKey, webhookSignature } from '../platform/standard-webhook.js';
import type { Approval } from './approval.js';

export interface WebhookOptions {
  readonly url: string;
  /** What messages are signed with: `whsec_` and base64, or any text. */
  readonly secret: string;
  readonly warn: (message: string) => void;
  /** Waits before the second and each further attempt, in milliseconds. Default: 1 s, 10 s, 60 s. */
  readonly retryMs?: readonly number[] | undefined;
}

const RETRY_MS = [1_000, 10_000, 60_000];
const TIMEOUT_MS = 5_000;
/** The most messages under way; further ones are dropped with a warning. */
const MOST_UNDER_WAY = 100;

interface Message {
  readonly type: 'approval.pending' | 'approval.decided' | 'approvals.flood' | 'approvals.locked';
  /** For people. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Services that take only cards: the addresses that Teams gives out now, and its earlier ones. */
const TEAMS = /\.(?:logic\.azure\.com|powerplatform\.com|webhook\.office\.com)$/;

/** The body to send. Slack shows the `text` of any body, Teams only cards. */
export function bodyFor(url: string, message: Message & { readonly timestamp: string }): object {
  if (!TEAMS.test(new URL(url).hostname)) return message;
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [{ type: 'TextBlock', text: message.text, wrap: true }],
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}

/**
 * Tells another service that a person is needed, with a message signed according to Standard Webhooks. It holds no personal
 * data: the question itself is behind the link. Nothing waits for it.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #key: Buffer;
  readonly #timers = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #isClosed = false;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#key = webhookKey(options.secret);
  }

  pending({ id, operation, review, instance, expiresAt }: Approval, link: string | undefined): void {
    const where = link ?? 'clerk-mcp approvals, in a terminal';
    const kind = instance.kind.toUpperCase();
    const on = instance.name === undefined ? `a ${kind} instance` : `${instance.name} (${kind})`;
    this.#send({
      type: 'approval.pending',
      text: `A call waits for approval on ${on}: ${review.title}. ${where}`,
      data: {
        id,
        operation,
        instance: instance.kind,
        instance_name: instance.name,
        link,
        expires: new Date(expiresAt).toISOString(),
      },
    });
  }

  decided({ id, operation, declined, instance: { name } }: Approval): void {
    const decision = declined === undefined ? 'approved' : 'declined';
    const text = `A call${name === undefined ? '' : ` on ${name}`} was ${decision}: ${operation}.`;
    this.#send({ type: 'approval.decided', text, data: { id, operation, decision, instance_name: name } });
  }

  flood(): void {
    this.#send({
      type: 'approvals.flood',
      text: 'Too many calls of one caller are waiting for approval; further ones are refused. See the server log.',
      data: {},
    });
  }

  locked(): void {
    this.#send({
      type: 'approvals.locked',
      text: 'Repeated wrong passphrases for an approver: the name is locked for a while. See the server log.',
      data: {},
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #send(message: Message): void {
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#options.warn('a notification was dropped: too many are under way');
      return;
    }
    this.#underWay++;
    const body = bodyFor(this.#options.url, { ...message, timestamp: new Date().toISOString() });
    this.#attempt(`msg_${randomUUID()}`, JSON.stringify(body), 0);
  }

  #attempt(id: string, body: string, tried: number): void {
    void this.#post(id, body).then((fault) => {
      const waitMs = (this.#options.retryMs ?? RETRY_MS)[tried];
      if (fault === undefined || waitMs === undefined || this.#isClosed) {
        this.#underWay--;
        if (fault !== undefined) this.#options.warn(`a notification did not get through: ${fault}`);
        return;
      }
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#attempt(id, body, tried + 1);
      }, waitMs).unref();
      this.#timers.add(timer);
    });
  }

  /** What went wrong; `undefined` if the message was accepted. */
  async #post(id: string, body: string): Promise<string | undefined> {
    const timestamp = Math.floor(Date.now() / 1000);
    try {
      const response = await fetch(this.#options.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': webhookSignature(this.#key, { id, timestamp, body }),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `status ${response.status}`;
    } catch (error) {
      const { cause } = error instanceof Error ? error : {};
      return cause instanceof Error && 'code' in cause ? String(cause.code) : errorMessage(error);
    }
  }
}
