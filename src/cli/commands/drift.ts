import { setImmediate } from 'node:timers/promises';
import { catalog } from '../../app/load-catalog.js';
import { ConfigError } from '../../config/config-error.js';
import { ACCEPTED } from '../../openapi/accepted.js';
import { OpenApiDocument } from '../../openapi/document.js';
import { DocumentError } from '../../openapi/document-error.js';
import { findDrift, missingOperations, type TellCompared } from '../../openapi/drift.js';
import { hasDrift, reportTable } from '../../openapi/report.js';
import { skeletons } from '../../openapi/skeleton.js';
import { isAddress, readDocument } from '../../openapi/source.js';
import { workList } from '../../openapi/work-list.js';
import { expandHome } from '../../platform/home.js';
import { openBar } from '../progress-bar.js';
import { EXIT, type Flags, print } from './command.js';

/** Compares the catalog with one of Clerk's OpenAPI documents, in a file or on the web. Needs no key. */
export async function drift(source: string | undefined, flags: Flags): Promise<void> {
  if (flags.json === true && flags.skeleton === true) throw new ConfigError('Give --json or --skeleton, not both.');
  if (flags.from !== undefined || flags.to !== undefined) return betweenDocuments(source, flags);
  if (source === undefined) throw new ConfigError('Name a document, or two of them by --from and --to.');
  const document = await open(source);
  if (flags.skeleton === true) {
    const missing = missingOperations(document, catalog);
    if (missing.length === 0) process.stderr.write('The catalog lacks no operation of the document.\n');
    return print(skeletons(document, missing, catalog));
  }
  const report = await comparing((tell) => findDrift(document, catalog, ACCEPTED, tell));
  print(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : reportTable(report));
  if (hasDrift(report)) process.exitCode = EXIT.failed;
}

/** Prints what has to be done to get from one document to the next. */
async function betweenDocuments(source: string | undefined, { from, to, json, skeleton }: Flags): Promise<void> {
  if (typeof from !== 'string' || typeof to !== 'string') throw new ConfigError('--from and --to go together.');
  if (source !== undefined || json === true || skeleton === true) {
    throw new ConfigError('--from and --to take neither another document nor --json or --skeleton.');
  }
  const [before, now] = await Promise.all([open(from), open(to)]);
  print(await comparing((tell) => workList(before, now, catalog, ACCEPTED, tell)));
}

/** @throws DocumentError */
async function open(given: string): Promise<OpenApiDocument> {
  const source = isAddress(given) ? given : expandHome(given);
  const bar = await openBar({ of: 'bytes' });
  try {
    return new OpenApiDocument(await readDocument(source, { tell: bar.take }).finally(bar.end));
  } catch (error) {
    // An address may hold a password.
    if (!(error instanceof DocumentError) || source.includes(':') || error.message.includes(source)) throw error;
    throw new DocumentError(`${source}: ${error.message}`);
  }
}

/** Compares, and shows how far that is. */
async function comparing<T>(compare: (tell: TellCompared) => Promise<T>): Promise<T> {
  const bar = await openBar({ of: 'operations' });
  return compare(async (done) => {
    bar.take(done);
    // Ctrl+C has its turn.
    if (bar.isShown) await setImmediate();
  }).finally(bar.end);
}
