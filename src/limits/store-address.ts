import { readFileSync } from 'node:fs';
import { fileProblem } from '../platform/file-problem.js';
import { readSecretFile } from '../platform/read-secret-file.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { UserError } from '../platform/user-error.js';

/** Where the store is, as it is given: an address, and files with what does not belong into one. */
export interface StoreLocation {
  /** `redis://`, `rediss://`, `redis+sentinel://`, `redis+cluster://` and what {@link FORMS} has besides. */
  readonly url: string;
  /** A file with the certificates that may sign the store's. Default: those that Node trusts. */
  readonly caFile?: string | undefined;
  /** A file with the password alone, instead of one in the address. */
  readonly passwordFile?: string | undefined;
  /** A file with the password of the Sentinels, which have one of their own. */
  readonly sentinelPasswordFile?: string | undefined;
}

export interface StoreHost {
  readonly host: string;
  readonly port: number;
}

/** Where the store is, taken apart. It holds passwords: never print it. */
export interface StoreAddress {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** One server; of Sentinels and of a cluster those that are asked first. */
  readonly hosts: readonly [StoreHost, ...StoreHost[]];
  /** Options of a TLS connection; `undefined` if the address asks for none. */
  readonly tls: { readonly ca?: Buffer } | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly db: number;
  /** What the Sentinels call the primary. */
  readonly primary: string | undefined;
}

/** The store's address, or a file that belongs to it, is not usable. The message repeats no part of the address. */
export class StoreUrlError extends UserError {
  override readonly name = 'StoreUrlError';
}

interface Form {
  readonly kind: StoreAddress['kind'];
  readonly tls: boolean;
}

const FORMS: Readonly<Record<string, Form>> = {
  redis: { kind: 'server', tls: false },
  rediss: { kind: 'server', tls: true },
  valkey: { kind: 'server', tls: false },
  valkeys: { kind: 'server', tls: true },
  'redis+sentinel': { kind: 'sentinel', tls: false },
  'rediss+sentinel': { kind: 'sentinel', tls: true },
  'redis+cluster': { kind: 'cluster', tls: false },
  'rediss+cluster': { kind: 'cluster', tls: true },
};

const EXAMPLES =
  'redis://host:port, rediss://host:port for TLS, redis+sentinel://host:port,host:port/name-of-the-primary or redis+cluster://host:port,host:port';
const ENCODE = 'Write characters such as / ? # @ : % in it percent-encoded (%2F), or give it with --store-password-file.';
const PORTS = { server: 6379, sentinel: 26_379, cluster: 6379 } as const;
/** A shorter one would be found in ordinary words, which nobody could read any more. */
const SHORTEST_HIDDEN = 6;

/**
 * Takes an address apart and reads the files beside it.
 * @throws StoreUrlError
 */
export function storeAddress({ url, caFile, passwordFile, sentinelPasswordFile }: StoreLocation): StoreAddress {
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/is.exec(url.trim()) ?? [];
  const form = Object.hasOwn(FORMS, scheme.toLowerCase()) ? FORMS[scheme.toLowerCase()] : undefined;
  if (form === undefined) throw new StoreUrlError(`The store must be given as ${EXAMPLES}.`);
  const [, authority = '', path = '', query] = /^([^/?#]*)(?:\/([^?#]*))?([?#].*)?$/s.exec(rest) ?? [];
  if (path.includes('@') || query?.includes('@')) throw new StoreUrlError(`The store's password cannot be read. ${ENCODE}`);
  if (query !== undefined) {
    throw new StoreUrlError(
      "The store's address takes nothing after ? or #. TLS is rediss://, and its certificate is always checked: name the authority that signed it with --store-ca.",
    );
  }
  const at = authority.lastIndexOf('@');
  const hosts = hostsIn(authority.slice(at + 1), form.kind);
  const given = at === -1 ? { username: undefined, password: undefined } : userIn(authority.slice(0, at));
  if (given.password !== undefined && passwordFile !== undefined)
    throw new StoreUrlError('The store has a password in its address and one in --store-password-file. Keep one.');
  const password = passwordFile === undefined ? given.password : secretIn(passwordFile, '--store-password-file');
  if (given.username !== undefined && password === undefined) {
    throw new StoreUrlError(
      "The store's address has a user but no password: write redis://user:password@host:port, without a user redis://:password@host:port, or give the password with --store-password-file.",
    );
  }
  if (sentinelPasswordFile !== undefined && form.kind !== 'sentinel')
    throw new StoreUrlError('--store-sentinel-password-file works only with redis+sentinel:// or rediss+sentinel://.');
  if (caFile !== undefined && !form.tls)
    throw new StoreUrlError('--store-ca works only with an address for TLS, like rediss://host:port.');
  const sentinelPassword =
    sentinelPasswordFile === undefined ? undefined : secretIn(sentinelPasswordFile, '--store-sentinel-password-file');
  for (const secret of [password, sentinelPassword]) {
    if (secret !== undefined && secret.length >= SHORTEST_HIDDEN) hideFromNowOn(secret);
  }
  return {
    kind: form.kind,
    hosts,
    tls: form.tls ? (caFile === undefined ? {} : { ca: certificatesIn(caFile) }) : undefined,
    username: given.username,
    password,
    sentinelPassword,
    ...placeIn(path, form.kind),
  };
}

/** The database, and the name of a primary behind Sentinels. */
function placeIn(path: string, kind: StoreAddress['kind']): Pick<StoreAddress, 'db' | 'primary'> {
  const parts = path.split('/').filter((part) => part !== '');
  const primary = kind === 'sentinel' ? parts.shift() : undefined;
  if (kind === 'sentinel' && primary === undefined)
    throw new StoreUrlError(
      'The address of Sentinels ends in what they call the primary: redis+sentinel://host:port,host:port/name-of-the-primary.',
    );
  const [db = '0', ...more] = parts;
  if (more.length > 0 || !/^\d{1,5}$/.test(db))
    throw new StoreUrlError("What follows the store's host and port can only be the number of a database, like /0.");
  if (kind === 'cluster' && Number(db) !== 0)
    throw new StoreUrlError('A cluster has only database 0: leave the number out of its address.');
  return { db: Number(db), primary: primary && decoded(primary, 'name of the primary') };
}

function hostsIn(text: string, kind: StoreAddress['kind']): StoreAddress['hosts'] {
  const hosts = text.split(',').map((part): StoreHost => {
    const [, host = '', port] = /^(\[[\da-f:.]+\]|[^\s:[\]@]+)(?::(\d{1,5}))?$/i.exec(part) ?? [];
    const number = port === undefined ? PORTS[kind] : Number(port);
    if (host === '' || number < 1 || number > 65_535)
      throw new StoreUrlError(`The store's address has a host or a port that cannot be one. It must be given as ${EXAMPLES}.`);
    return { host: host.replace(/^\[|\]$/g, ''), port: number };
  });
  const [first, ...others] = hosts as [StoreHost, ...StoreHost[]];
  if (others.length > 0 && kind === 'server')
    throw new StoreUrlError(
      'redis:// takes one server. Several are Sentinels (redis+sentinel://…/name-of-the-primary) or a cluster (redis+cluster://…).',
    );
  return [first, ...others];
}

function userIn(text: string): { readonly username: string | undefined; readonly password: string | undefined } {
  const at = text.indexOf(':');
  const part = (raw: string, what: string): string | undefined => (raw === '' ? undefined : decoded(raw, what));
  if (at === -1) return { username: part(text, 'user'), password: undefined };
  return { username: part(text.slice(0, at), 'user'), password: part(text.slice(at + 1), 'password') };
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreUrlError(`The ${what} in the store's address cannot be read. ${ENCODE}`);
  }
}

function secretIn(path: string, flag: string): string {
  const fault = (reason: string) => new StoreUrlError(`The file of ${flag} cannot be read: ${reason}.`);
  const text = readSecretFile(path, 'a password', fault);
  if (text === '' || /[\r\n]/.test(text))
    throw new StoreUrlError(`The file of ${flag} must hold the password alone, on one line.`);
  return text;
}

function certificatesIn(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    if (!bytes.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM form');
    return bytes;
  } catch (error) {
    throw new StoreUrlError(`The file of --store-ca cannot be used: ${fileProblem(error, 'read')}.`);
  }
}
