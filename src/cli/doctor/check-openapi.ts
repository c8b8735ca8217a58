import type { Catalog } from '../../catalog/catalog.js';
import { OpenApiDocument } from '../../openapi/document.js';
import { DocumentError } from '../../openapi/document-error.js';
import { lackingInWords, whatCatalogLacks } from '../../openapi/lacking.js';
import { readDocument } from '../../openapi/source.js';
import { type Finding, ok, warning } from './finding.js';

/** Says what the catalog lacks compared with the watched document of Clerk's. */
export async function checkOpenapi(url: string, catalog: Catalog): Promise<Finding[]> {
  try {
    const words = lackingInWords(await whatCatalogLacks(new OpenApiDocument(await readDocument(url)), catalog));
    if (words === undefined) return [ok('openapi', "The catalog has all that Clerk's document has.")];
    return [warning('openapi', words, 'Install the newest clerk-mcp, or give the document to --openapi.')];
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return [warning('openapi', error.message, 'Check the address in --openapi-watch.')];
  }
}
