import { once } from 'node:events';
import { connect, type IpcNetConnectOpts, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { errorMessage } from '../../../platform/error-message.js';
import { readText } from '../../../platform/read-text.js';
import type { SyslogTarget } from '../../../platform/ship-target.js';
import type { LoggedLine } from './log-reader.js';
import { reasonOf, syslogMessage } from './syslog.js';
import { DeliveryError, type LogIdentity, type Transport } from './transport.js';

const CONNECT_MS = 5_000;
/** How long the receiver may take no bytes, or leave the connection open after our end of it. */
const IDLE_MS = 10_000;
/** How long to wait for a receiver's end that has never come before. */
const SHORT_IDLE_MS = 1_000;
/** How long a refusal of what was written takes at least to come back, in milliseconds, and in times of what a connection takes. */
const REFUSAL_MS = 40;
const REFUSAL_TIMES = 2;
const MOST_REFUSAL_MS = 4_000;
/** After so many deliveries whose end the receiver did not answer, that is how it is, and not an accident. */
const MOST_UNANSWERED = 2;

/**
 * Syslog over a stream, which has no acknowledgements: bytes that the system took can be lost with the connection. So each
 * delivery has a connection of its own. We close our side after the last line, and a receiver that has read it all closes its
 * own in turn: only that counts as delivered.
 */
export class SyslogStream implements Transport {
  readonly most = 500;
  readonly pauseMs = 1_000;
  readonly isRepeatedWhole = false;
  readonly #target: SyslogTarget;
  readonly #warn: (message: string) => void;
  readonly #idleMs: number;
  #unanswered = 0;

  constructor(target: SyslogTarget, warn: (message: string) => void, idleMs: number = IDLE_MS) {
    this.#target = target;
    this.#warn = warn;
    this.#idleMs = idleMs;
  }

  async send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<number> {
    const framed = lines.map((line) => this.#frame(syslogMessage(line, log)));
    await this.#talk(Buffer.concat(framed), signal);
    return 0;
  }

  async check(signal: AbortSignal): Promise<string> {
    const socket = await this.#connect(signal);
    try {
      // A receiver that wants a certificate of ours says so only after the connection.
      await Promise.race([once(socket, 'close'), delay(REFUSAL_MS * REFUSAL_TIMES)]);
    } catch (error) {
      throw new DeliveryError(reasonOf(error));
    } finally {
      socket.destroy();
    }
    return this.#target.over === 'tls' ? 'takes connections, and its certificate is good' : 'takes connections';
  }

  close(): void {}

  #frame(message: string): Buffer {
    const bytes = Buffer.from(message);
    return this.#target.framing === 'lines'
      ? Buffer.concat([bytes, Buffer.from('\n')])
      : Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
  }

  async #talk(bytes: Buffer, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    const socket = await this.#connect(signal);
    const refusalMs = Math.min(MOST_REFUSAL_MS, Math.max(REFUSAL_MS, REFUSAL_TIMES * (performance.now() - began)));
    try {
      const isKnownToStay = this.#unanswered >= MOST_UNANSWERED;
      const answerMs = isKnownToStay ? Math.min(this.#idleMs, SHORT_IDLE_MS) : this.#idleMs;
      const outcome = await handOver(socket, bytes, { idleMs: this.#idleMs, answerMs, refusalMs, signal });
      if (outcome === 'closed') {
        this.#unanswered = 0;
        return;
      }
      this.#unanswered++;
      if (this.#unanswered < MOST_UNANSWERED)
        throw new DeliveryError('it did not close the connection after us, so what it took is not known');
      if (this.#unanswered === MOST_UNANSWERED)
        this.#warn(
          `${this.#target.name} never closes a connection after us: from now on what was sent counts as delivered, without confirmation`,
        );
    } finally {
      socket.destroy();
    }
  }

  #address(): TcpNetConnectOpts | IpcNetConnectOpts {
    const { over, host, port } = this.#target;
    return over === 'unix' ? { path: host } : { host, port };
  }

  /** The files are read for each connection, so that a renewed certificate counts at once. */
  async #tlsOptions(): Promise<ConnectionOptions> {
    const { host, port, files } = this.#target;
    const [ca, cert, key] = await Promise.all([files.ca, files.cert, files.key].map(readPem));
    return {
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      minVersion: 'TLSv1.2',
      allowHalfOpen: true,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && key !== undefined && { cert, key }),
    } as ConnectionOptions;
  }

  async #connect(signal: AbortSignal): Promise<Socket> {
    const { over } = this.#target;
    const limit = AbortSignal.timeout(CONNECT_MS);
    const socket = over === 'tls' ? connectTls(await this.#tlsOptions()) : connect({ ...this.#address(), allowHalfOpen: true });
    try {
      await once(socket, over === 'tls' ? 'secureConnect' : 'connect', { signal: AbortSignal.any([signal, limit]) });
    } catch (error) {
      socket.destroy();
      throw new DeliveryError(limit.aborted ? `no connection within ${CONNECT_MS / 1000} s` : reasonOf(error));
    }
    return socket;
  }
}

/**
 * Writes everything, closes our side, and waits for the other side to close. `left open`: it did not, or had closed its own before,
 * since it has nothing to say; what it took is then unknown.
 *
 * A receiver that closes at any moment must not pass for one that has read to our end. So the last byte is held back until a
 * refusal of the others would have come, and our end until one of that byte would have: an end of theirs before it is no answer
 * to ours, and after a refusal nothing can be written.
 * @param refusalMs how long a refusal of what was written may take to come back
 * @throws DeliveryError
 */
async function handOver(
  socket: Socket,
  bytes: Buffer,
  { idleMs, answerMs, refusalMs, signal }: Limits,
): Promise<'closed' | 'left open'> {
  let hasEnded = false;
  let theyEnded = false;
  const over = new Promise<'closed' | 'left open'>((resolve, reject) => {
    const fail = (reason: string): void => reject(new DeliveryError(reason));
    socket.setTimeout(idleMs, () => fail(`it took nothing for ${idleMs / 1000} s`));
    socket.on('error', (error) => fail(reasonOf(error)));
    socket.once('close', () => fail('the connection was lost'));
    socket.once('end', () => {
      theyEnded = true;
      if (hasEnded) resolve('closed');
    });
    // Once for each connection; the signal is the delivery's own.
    signal.addEventListener('abort', () => fail('stopped'), { once: true });
  });
  // Syslog has no answers; what comes is not looked at.
  socket.resume();
  const write = async (part: Buffer): Promise<'left open'> => {
    await new Promise<void>((resolve) => socket.write(part, () => resolve()));
    await delay(refusalMs);
    return 'left open';
  };
  await Promise.race([over, write(bytes.subarray(0, -1))]);
  const last = await Promise.race([over, write(bytes.subarray(-1))]);
  if (theyEnded) return last;
  hasEnded = true;
  socket.setTimeout(0);
  socket.end();
  const late = new AbortController();
  const leftOpen = delay(answerMs, 'left open' as const, { signal: late.signal, ref: false });
  return Promise.race([over, leftOpen]).finally(() => late.abort());
}

interface Limits {
  readonly idleMs: number;
  /** How long to wait for the other side to close. */
  readonly answerMs: number;
  readonly refusalMs: number;
  /** The delivery's own. */
  readonly signal: AbortSignal;
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readText(path);
  } catch (error) {
    throw new DeliveryError(`${path} cannot be read: ${errorMessage(error)}`);
  }
}
