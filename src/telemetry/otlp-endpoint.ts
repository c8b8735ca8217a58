import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileProblem } from '../platform/file-problem.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { type Environment, environment } from './environment.js';

export type Signal = 'traces' | 'metrics' | 'logs';

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const TIMEOUT_MS = 10_000;

/** Shorter values of headers, such as `1` or `demo`, are no credentials, and hiding them would spoil the log. */
const SHORTEST_CREDENTIAL = 8;

/** Where a signal is sent, and how. Its headers may hold credentials: never show them. */
export interface OtlpEndpoint {
  readonly signal: Signal;
  readonly url: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly headers: Readonly<Record<string, string>>;
  /** Limit of one export, retries included. */
  readonly timeoutMs: number;
  readonly compression: 'gzip' | 'none';
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** Something in the environment that cannot be used: what it is, and what to do. Holds no value. */
export type OnFault = (fault: string) => void;

/**
 * The endpoint of a signal by OpenTelemetry's variables, those of the signal before the general ones. Undefined where there
 * is none or it cannot be used. A variable that only refines it counts as unset where it is malformed.
 *
 * Nothing here stops a start: a host often hands its own variables down to the servers that it runs.
 */
export function readOtlpEndpoint(signal: Signal, onFault: OnFault, env: Environment = environment()): OtlpEndpoint | undefined {
  const variables = new SignalVariables(signal, env);
  const url = readUrl(variables, onFault);
  const protocol = url === undefined ? undefined : readProtocol(variables, onFault);
  const tls = protocol === undefined ? undefined : readTls(variables, onFault);
  if (url === undefined || protocol === undefined || tls === undefined) return undefined;
  return {
    signal,
    url,
    protocol,
    tls,
    headers: readHeaders(variables, onFault),
    timeoutMs: readTimeout(variables, onFault),
    compression: readCompression(variables, onFault),
  };
}

interface Given {
  readonly name: string;
  readonly value: string;
}

/** `OTEL_EXPORTER_OTLP_…`, each by the name of the signal or in general. */
class SignalVariables {
  readonly signal: Signal;
  readonly #env: Environment;

  constructor(signal: Signal, env: Environment) {
    this.signal = signal;
    this.#env = env;
  }

  own(what: string): Given | undefined {
    return this.#read(`OTEL_EXPORTER_OTLP_${this.signal.toUpperCase()}_${what}`);
  }

  general(what: string): Given | undefined {
    return this.#read(`OTEL_EXPORTER_OTLP_${what}`);
  }

  find(what: string): Given | undefined {
    return this.own(what) ?? this.general(what);
  }

  #read(name: string): Given | undefined {
    const value = this.#env[name]?.trim() ?? '';
    return value === '' ? undefined : { name, value };
  }
}

/** The signal's own address is taken as it is; the general one is the root of all three. */
function readUrl(variables: SignalVariables, onFault: OnFault): string | undefined {
  const own = variables.own('ENDPOINT');
  const given = own ?? variables.general('ENDPOINT');
  if (given === undefined) return undefined;
  const url = URL.canParse(given.value) ? new URL(given.value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== '') {
    onFault(
      `${given.name} is not an address like http://localhost:4318, so no ${variables.signal} are sent. Correct it, or unset it.`,
    );
    return undefined;
  }
  if (url.username !== '' || url.password !== '') {
    hideFromNowOn(decodeURIComponent(url.password));
    onFault(
      `${given.name} has a user or password in it, so no ${variables.signal} are sent. Give credentials in OTEL_EXPORTER_OTLP_HEADERS.`,
    );
    return undefined;
  }
  if (own === undefined) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${variables.signal}`;
  return url.href;
}

function readProtocol(variables: SignalVariables, onFault: OnFault): OtlpEndpoint['protocol'] | undefined {
  const given = variables.find('PROTOCOL');
  if (given === undefined) return 'http/protobuf';
  const protocol = PROTOCOLS.find((known) => known === given.value.toLowerCase());
  if (protocol === undefined) {
    onFault(
      `${given.name} is neither ${PROTOCOLS.join(' nor ')}, so no ${variables.signal} are sent: clerk-mcp speaks OTLP over HTTP, which collectors usually take at port 4318. Set it to http/protobuf.`,
    );
  }
  return protocol;
}

const FILES = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;

function readTls(variables: SignalVariables, onFault: OnFault): OtlpEndpoint['tls'] | undefined {
  const tls: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const [part, what] of Object.entries(FILES)) {
    const given = variables.find(what);
    if (given === undefined) continue;
    try {
      tls[part as keyof typeof FILES] = readFileSync(resolve(given.value));
    } catch (error) {
      onFault(
        `The file that ${given.name} names cannot be read: ${fileProblem(error, 'read')}. No ${variables.signal} are sent. Name a PEM file.`,
      );
      return undefined;
    }
  }
  return tls;
}

/** `key1=value1,key2=value2`, percent-encoded, as in W3C Baggage. The signal's own win over the general ones. */
function readHeaders(variables: SignalVariables, onFault: OnFault): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const given of [variables.general('HEADERS'), variables.own('HEADERS')]) {
    if (given === undefined) continue;
    for (const [nth, part] of given.value.split(',').entries()) {
      if (part.trim() === '') continue;
      const header = readHeader(part);
      if (header === undefined) {
        onFault(
          `${given.name}: part ${nth + 1} is not a header like api-key=VALUE, and is left out. Write spaces and commas as %20 and %2C.`,
        );
        continue;
      }
      headers[header.name] = header.value;
    }
  }
  for (const value of Object.values(headers)) hide(value);
  return headers;
}

function readHeader(part: string): { readonly name: string; readonly value: string } | undefined {
  const at = part.indexOf('=');
  const name = part.slice(0, Math.max(at, 0)).trim().toLowerCase();
  try {
    const value = decodeURIComponent(part.slice(at + 1).trim());
    return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7E\x80-\xFF]*$/.test(value) ? { name, value } : undefined;
  } catch {
    return undefined;
  }
}

/** From now on no line shows it, nor the credentials in `Bearer …` without the scheme. */
function hide(value: string): void {
  for (const part of [value, value.slice(value.indexOf(' ') + 1)]) {
    if (part.length >= SHORTEST_CREDENTIAL) hideFromNowOn(part);
  }
}

function readTimeout(variables: SignalVariables, onFault: OnFault): number {
  const given = variables.find('TIMEOUT');
  if (given === undefined) return TIMEOUT_MS;
  if (/^[1-9]\d{0,8}$/.test(given.value)) return Number(given.value);
  onFault(`${given.name} is not a number of milliseconds above 0, so ${TIMEOUT_MS} is taken. Correct it, or unset it.`);
  return TIMEOUT_MS;
}

function readCompression(variables: SignalVariables, onFault: OnFault): 'gzip' | 'none' {
  const given = variables.find('COMPRESSION');
  if (given === undefined) return 'none';
  const value = given.value.toLowerCase();
  if (value === 'gzip' || value === 'none') return value;
  onFault(`${given.name} is neither gzip nor none, so nothing is compressed. Correct it, or unset it.`);
  return 'none';
}
