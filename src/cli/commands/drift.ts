import { catalog } from '../../app/load-catalog.js';
import { ConfigError } from '../../config/config.js';
import { ACCEPTED } from '../../openapi/accepted.js';
import { OpenApiDocument } from '../../openapi/document.js';
import { findDrift, missingOperations } from '../../openapi/drift.js';
import { hasDrift, reportTable } from '../../openapi/report.js';
import { skeletons } from '../../openapi/skeleton.js';
import { readDocument } from '../../openapi/source.js';
import { EXIT, type Flags, print } from './command.js';

/** Holds the catalog against one of Clerk's OpenAPI documents, in a file or on the web. Needs no key. */
export async function drift(source: string, flags: Flags): Promise<void> {
  if (flags.json === true && flags.skeleton === true) throw new ConfigError('Give --json or --skeleton, not both.');
  const document = await open(source);
  if (flags.skeleton === true) {
    const missing = missingOperations(document, catalog);
    if (missing.length === 0) process.stderr.write('The catalog lacks no operation of the document.\n');
    return print(skeletons(document, missing, catalog));
  }
  const report = await findDrift(document, catalog, ACCEPTED);
  print(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : reportTable(report));
  if (hasDrift(report)) process.exitCode = EXIT.failed;
}

/** @throws DocumentError */
const open = async (source: string): Promise<OpenApiDocument> => new OpenApiDocument(await readDocument(source));
