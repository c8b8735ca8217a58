import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SyslogTarget } from '../../../platform/ship-target.js';
import type { LoggedLine } from './log-reader.js';
import { reasonOf, syslogMessage } from './syslog.js';
import { DeliveryError, type LogIdentity, type Transport } from './transport.js';

/** The most that fits into one datagram. */
const LONGEST = 65_507;
/** How long a refusal by the other machine may take to come back, in milliseconds. */
const REFUSAL_MS = 50;

/** Syslog in datagrams, of which nobody says whether they arrive. Only a port that nothing listens on is noticed. */
export class SyslogDatagrams implements Transport {
  /** Few at once, so that no queue on the way overflows. */
  readonly most = 50;
  readonly pauseMs = 0;
  readonly isRepeatedWhole = false;
  readonly #target: SyslogTarget;
  readonly #warn: (message: string) => void;

  constructor(target: SyslogTarget, warn: (message: string) => void) {
    this.#target = target;
    this.#warn = warn;
  }

  async send(lines: readonly LoggedLine[], log: LogIdentity, signal: AbortSignal): Promise<number> {
    const socket = await this.#open(signal);
    let lost = 0;
    try {
      const refused = once(socket, 'error').then(([error]) => error as Error);
      for (const line of lines) {
        const message = Buffer.from(syslogMessage(line, log));
        if (message.length > LONGEST) {
          this.#warn(`line ${line.line.seq} is too long for a datagram, and is not sent to ${this.#target.name}`);
          lost++;
          continue;
        }
        await new Promise<void>((resolve, reject) => socket.send(message, (error) => (error ? reject(error) : resolve())));
      }
      const error = await Promise.race([refused, delay(REFUSAL_MS, undefined, { ref: false })]);
      if (error !== undefined) throw error;
      return lost;
    } catch (error) {
      throw new DeliveryError(reasonOf(error));
    } finally {
      socket.close();
    }
  }

  async check(signal: AbortSignal): Promise<string> {
    const socket = await this.#open(signal);
    socket.close();
    return 'can be sent to; datagrams get no answer, so whether they arrive is not known';
  }

  close(): void {}

  async #open(signal: AbortSignal): Promise<Socket> {
    const { host, port } = this.#target;
    const { address, family } = await lookup(host).catch((error: unknown) => {
      throw new DeliveryError(reasonOf(error));
    });
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4' });
    try {
      socket.connect(port, address);
      await once(socket, 'connect', { signal });
      return socket;
    } catch (error) {
      socket.close();
      throw new DeliveryError(reasonOf(error));
    }
  }
}
