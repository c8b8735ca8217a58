import { readFile, stat } from 'node:fs/promises';
import { errorMessage } from '../platform/error-message.js';
import { fileProblem } from '../platform/file-problem.js';
import type { Done } from '../platform/in-steps.js';
import { isLoopback } from '../platform/is-loopback.js';
import { fetchByProxy } from '../platform/proxy.js';
import { decodeText } from '../platform/read-text.js';
import { DocumentError } from './document-error.js';
import { MOST_BYTES, parseText, tooLarge } from './parse-document.js';

const TIMEOUT_MS = 30_000;
const MOST_REDIRECTS = 3;

/**
 * Reads a document from a file.
 * @throws DocumentError
 */
export async function readFileDocument(path: string): Promise<unknown> {
  return parseText(await readBounded(path));
}

/** Whether a document is on the web, and not in a file. */
export const isAddress = (source: string): boolean => /^[a-z][a-z\d+.-]*:\/\//i.test(source);

export interface Download {
  /** Ends it before its time limit. */
  readonly end?: AbortSignal;
  /** Told how many bytes have come, where it is known how many there will be. */
  readonly tell?: (done: Done) => void;
}

/**
 * Reads a document from a file or from the web.
 * @throws DocumentError
 */
export async function readDocument(source: string, how: Download = {}): Promise<unknown> {
  return isAddress(source) ? parseText(await download(source, how)) : readFileDocument(source);
}

async function readBounded(path: string): Promise<string> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new DocumentError(`${path} is not a regular file: name a file.`);
    if (stats.size > MOST_BYTES) throw tooLarge();
    return decode(await readFile(path));
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    throw new DocumentError(`${path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
}

/** Sends no key, no cookie and no other data of ours. */
async function download(address: string, { end, tell }: Download): Promise<string> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = end === undefined ? limit : AbortSignal.any([limit, end]);
  let url = checkedAddress(address);
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await fetchByProxy(url, {
        redirect: 'manual',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { accept: 'application/yaml, application/json, text/plain, */*;q=0.1' },
        signal,
      });
      const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (location === null) return await bodyOf(response, tell);
      await response.body?.cancel();
      if (redirects === MOST_REDIRECTS) throw new DocumentError(`${url.host} redirects more than ${MOST_REDIRECTS} times.`);
      url = redirected(url, location);
    }
  } catch (error) {
    if (error instanceof DocumentError) throw error;
    const late = limit.aborted ? `it takes more than ${TIMEOUT_MS / 1000} s` : causeOf(error);
    throw new DocumentError(`${url.host} gives no document: ${late}.`);
  }
}

function checkedAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw new DocumentError(`${address} is not an address.`);
  const local = url.protocol === 'http:' && isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !local) {
    throw new DocumentError('A document is read from https addresses only; http is for this machine.');
  }
  if (url.username !== '' || url.password !== '') throw new DocumentError('The address must hold no user and no password.');
  return url;
}

/** A remote server may not redirect to this machine. */
function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new DocumentError(`${from.host} redirects to no address.`);
  const to = checkedAddress(new URL(location, from.href).href);
  if (isLoopback(to.hostname) && !isLoopback(from.hostname)) {
    throw new DocumentError(`${from.host} redirects to this machine.`);
  }
  return to;
}

async function bodyOf(response: Response, tell: Download['tell']): Promise<string> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new DocumentError(`The document's server answers with the status ${response.status}.`);
  }
  const total = lengthOf(response);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
    if (total !== undefined) tell?.({ progress: bytes, total });
  }
  return decode(Buffer.concat(chunks));
}

/** What is sent compressed has another length than what is read. */
function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get('content-encoding') === null ? Number(headers.get('content-length') ?? 0) : 0;
  return length > 0 ? length : undefined;
}

function decode(bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    throw new DocumentError(`The document cannot be read: ${errorMessage(error)}.`);
  }
}

/** `fetch` says only that it failed; its cause says why. */
const causeOf = (error: unknown): string =>
  errorMessage(error instanceof Error && error.cause instanceof Error ? error.cause : error);
