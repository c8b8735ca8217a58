import { expandHome } from '../platform/home.js';
import { isLoopback } from '../platform/is-loopback.js';
import { readSecretFile } from '../platform/read-secret-file.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { trimEnd } from '../platform/trim-end.js';
import { ConfigError } from './config-error.js';

/** Variables of the environment, by name. */
export type Environment = Record<string, string | undefined>;

const DEFAULT_API_URL = 'https://api.clerk.com/v1';
/** The key of an instance, or of one of its machines; a machine's key works only for operations with M2M tokens. */
const KEY_FORM = /^(?:sk_(?:test|live)|ak)_[\w-]+$/;

export function readSecretKey(env: Environment): string {
  const direct = env.CLERK_SECRET_KEY?.trim();
  const file = keyFileOf(env);
  if (direct && file) throw new ConfigError('CLERK_SECRET_KEY and CLERK_SECRET_KEY_FILE are both set. Keep one.');
  if (file) return keyIn(file, 'CLERK_SECRET_KEY_FILE');
  if (direct) return checkKey(direct, 'CLERK_SECRET_KEY');
  throw new ConfigError(
    'No Clerk key. Set CLERK_SECRET_KEY (Clerk dashboard, API keys, secret key) or CLERK_SECRET_KEY_FILE, or start with --sandbox to try it without an account.',
  );
}

/** Where an instance's key is: in a file, or in a variable of the environment. */
export type KeySource = { readonly file: string } | { readonly variable: string };

/** The key of one instance of several. @throws ConfigError */
export function readKeyFrom(source: KeySource, env: Environment): string {
  if ('file' in source) return keyIn(source.file, 'secret_key_file');
  const key = env[source.variable]?.trim();
  if (key) return checkKey(key, source.variable);
  throw new ConfigError(`The variable ${source.variable} (secret_key_env) is not set. It takes the secret key of this instance.`);
}

export function keyFileOf(env: Environment): string | undefined {
  const given = env.CLERK_SECRET_KEY_FILE?.trim();
  return given ? expandHome(given) : undefined;
}

/** @param setting what names the file */
function keyIn(path: string, setting: string): string {
  const fault = (reason: string) => new ConfigError(`${setting} cannot be read: ${reason}.`);
  return checkKey(readSecretFile(path, 'a key', fault), `The file that ${setting} names`);
}

/** What people put in place of the key, checked in this order. The message says what it is, but never shows it. */
const MISTAKEN_KEYS: readonly (readonly [form: RegExp, problem: string])[] = [
  [/^["'`\u2018-\u201F\u00AB]/, 'holds the key in quotes. Leave the quotes out.'],
  [/^bearer\b/i, 'begins with Bearer. It takes the key alone.'],
  [/^(?:export\s+|set\s+|\$env:)?[A-Za-z_]\w*\s*=/i, 'holds a line NAME=key. It takes the key alone, without the name.'],
  [
    /^%\w+%$|^\$\{?\w|^\{\{?\w/,
    'holds the name of a variable that was not filled in. Set the key itself where the client starts, or name a file that holds it.',
  ],
  [/^pk_/, 'holds a publishable key (pk_). The Backend API needs the secret key (sk_test_ or sk_live_).'],
  [/\s/, 'holds more than one word or line. It takes the key alone, with no spaces in it.'],
];

function checkKey(key: string, where: string): string {
  if (KEY_FORM.test(key)) {
    hideFromNowOn(key);
    return key;
  }
  const [, problem] = MISTAKEN_KEYS.find(([form]) => form.test(key)) ?? [];
  throw new ConfigError(
    `${where} ${problem ?? "does not hold a Clerk secret key: one starts with sk_test_ or sk_live_, a machine's with ak_, and has no spaces in it."}`,
  );
}

/** @param setting what gives the address */
export function readApiUrl(env: Environment, setting = 'CLERK_API_URL'): string {
  const given = env.CLERK_API_URL?.trim();
  if (!given) return DEFAULT_API_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError(`${setting} is not an http or https address. The default is ${DEFAULT_API_URL}.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(`${setting} must be an address without user, query or fragment.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new ConfigError(`${setting} must be https: the key would travel in the clear. http is for this machine only.`);
  }
  // Clerk's own SDK takes the address without a version, so that is what people have in their environment.
  if (url.hostname === 'api.clerk.com' && url.pathname === '/') url.pathname = '/v1';
  return trimEnd(url.href, '/');
}
