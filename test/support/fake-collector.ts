import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** One export as the collector got it. */
export interface Received {
  /** `/v1/traces`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers like an OTLP endpoint, or as a test wants. */
export type Answer = { readonly status: number; readonly body?: string; readonly contentType?: string } | 'never';

/** An OTLP endpoint on this machine that keeps what it is sent. */
export class FakeCollector {
  readonly received: Received[] = [];
  answer: (request: Received) => Answer = () => ({ status: 200, body: '{}' });
  readonly url: string;
  readonly #waiting = new Set<() => void>();

  private constructor(url: string) {
    this.url = url;
  }

  /** Started until the test ends, or until the returned function is called. */
  static async start(onEnd: (end: () => Promise<void>) => void = (end) => onTestFinished(end)): Promise<FakeCollector> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
        const received = { path: request.url ?? '', headers: request.headers, body };
        collector.received.push(received);
        for (const look of collector.#waiting) look();
        const answer = collector.answer(received);
        if (answer === 'never') return;
        response.writeHead(answer.status, { 'Content-Type': answer.contentType ?? 'application/json' }).end(answer.body ?? '');
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const collector = new FakeCollector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onEnd(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    return collector;
  }

  /** Resolves once something has come that satisfies the condition. */
  async until(isEnough: (received: readonly Received[]) => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isEnough(this.received)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}
