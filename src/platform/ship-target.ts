import { createHash } from 'node:crypto';
import { isLoopback } from './is-loopback.js';

/** How the messages of a stream of syslog are told apart: by their length before each, or by a line break after it. */
export type SyslogFraming = 'octets' | 'lines';

interface Named {
  /** What may be shown: scheme, host and port. Paths and queries can hold secrets. */
  readonly name: string;
  /** Different for each target; the same for the same target at the next start. */
  readonly id: string;
}

export interface WebhookTarget extends Named {
  readonly kind: 'webhook';
  readonly url: string;
}

export interface OtlpTarget extends Named {
  readonly kind: 'otlp';
  /** `undefined` where the environment says it. */
  readonly url: string | undefined;
}

export interface SyslogTarget extends Named {
  readonly kind: 'syslog';
  readonly over: 'tcp' | 'tls' | 'udp' | 'unix';
  /** Of a socket in the file system its path. */
  readonly host: string;
  readonly port: number;
  readonly framing: SyslogFraming;
  /** Files in PEM: who signed the receiver's certificate, and what this side shows of its own. */
  readonly files: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>;
}

/** Where the record goes besides its file. */
export type ShipTarget = WebhookTarget | OtlpTarget | SyslogTarget;

const FORMS = 'https://…, otlp, otlp+https://…, syslog+tls://host, syslog+tcp://host, syslog+udp://host or syslog+unix:///path';

/** The ports that IANA has for them. */
const SYSLOG_PORTS = { tcp: 514, tls: 6514, udp: 514 } as const;

/** @throws Error that says what is wrong, without the text itself, which may hold a secret */
export function parseShipTarget(text: string): ShipTarget {
  const id = createHash('sha256').update(text).digest('hex').slice(0, 8);
  if (text === 'otlp') return { kind: 'otlp', name: 'otlp', id, url: undefined };
  if (!URL.canParse(text)) throw new Error(`expected ${FORMS}`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Error('an address has no user and no password in it');
  const { protocol, host } = url;
  const syslog = /^syslog\+(tcp|tls|udp|unix):$/.exec(protocol)?.[1] as SyslogTarget['over'] | undefined;
  if (syslog !== undefined) return syslogTarget(url, syslog, id);
  if (/^otlp\+https?:$/.test(protocol)) return { kind: 'otlp', name: `${protocol}//${host}`, id, url: logsUrl(url) };
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(url.hostname)))
    return { kind: 'webhook', name: `${protocol}//${host}`, id, url: text };
  throw new Error(protocol === 'http:' ? 'a webhook is an https address; http is for this machine only' : `expected ${FORMS}`);
}

/** The address of logs at a collector, whose own address has no path. */
function logsUrl(url: URL): string {
  const plain = new URL(url.href.slice('otlp+'.length));
  if (plain.pathname === '/') plain.pathname = '/v1/logs';
  return plain.href;
}

function syslogTarget(url: URL, over: SyslogTarget['over'], id: string): SyslogTarget {
  const { framing, ...files } = syslogQuery(url, over);
  if (over === 'unix') {
    const path = decoded(url.pathname);
    if (url.host !== '' || path.length < 2)
      throw new Error('expected the path of a socket, as in syslog+unix:///run/syslog.sock');
    return { kind: 'syslog', over, name: `syslog+unix://${path}`, id, host: path, port: 0, framing: framing ?? 'lines', files };
  }
  if (url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new Error(`expected syslog+${over}://host:port, without a path`);
  }
  const port = url.port === '' ? SYSLOG_PORTS[over] : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    kind: 'syslog',
    over,
    name: `syslog+${over}://${url.hostname}:${port}`,
    id,
    host,
    port,
    framing: framing ?? 'octets',
    files,
  };
}

/** Empty where the percent signs in it are no encoding. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

function syslogQuery(url: URL, over: SyslogTarget['over']): { framing?: SyslogFraming } & SyslogTarget['files'] {
  const known = over === 'tls' ? ['framing', 'ca', 'cert', 'key'] : over === 'udp' ? [] : ['framing'];
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    if (!known.includes(name) || value === '') {
      const after =
        known.length === 0 ? 'nothing after its address' : `only ${known.join('=, ')}= after the ?, each with a value`;
      throw new Error(`syslog+${over} takes ${after}`);
    }
    query[name] = value;
  }
  if (query.framing !== undefined && query.framing !== 'octets' && query.framing !== 'lines') {
    throw new Error('framing is octets (RFC 5425) or lines');
  }
  if ((query.cert === undefined) !== (query.key === undefined)) throw new Error('cert= and key= belong together');
  return query;
}
