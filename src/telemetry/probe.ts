import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { OtlpEndpoint } from './otlp-endpoint.js';

/** What an endpoint says to an export with nothing in it. */
export type Probed =
  | { readonly kind: 'answered'; readonly status: number; readonly contentType: string | undefined }
  | { readonly kind: 'failed'; readonly code: string };

/** An empty message is a whole export, in either form. */
const NOTHING = { 'http/protobuf': '', 'http/json': '{}' } as const;

/** Sends an export with nothing in it. Never rejects. */
export function probe({ url, protocol, headers, tls }: OtlpEndpoint, timeoutMs: number): Promise<Probed> {
  const body = NOTHING[protocol];
  const contentType = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
  return new Promise((resolve) => {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
      timeout: timeoutMs,
      agent: false,
      ...tls,
    };
    const failed = (code: string): void => resolve({ kind: 'failed', code });
    try {
      const request = (url.startsWith('https:') ? overHttps : overHttp)(url, options, (response) => {
        response.resume();
        resolve({ kind: 'answered', status: response.statusCode ?? 0, contentType: response.headers['content-type'] });
      });
      request.on('timeout', () => {
        failed('no answer in time');
        request.destroy();
      });
      request.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => failed(code));
      request.end(body);
    } catch (error) {
      // TLS files that are no PEM.
      failed(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
    }
  });
}
