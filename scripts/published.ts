/**
 * Keeps what the tests need of Clerk's documents: `npm run published FOLDER`, after a new document. With --check it only says
 * whether what is kept is what the documents in the folder say.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileOf } from '../test/support/published/documents.js';
import { readDocuments } from '../test/support/published/read-documents.js';

const words = process.argv.slice(2);
const folder = words.find((word) => !word.startsWith('--'));
if (folder === undefined) throw new Error('say in which folder the documents are');
mkdirSync(new URL('.', fileOf('any')), { recursive: true });
for (const document of readDocuments(folder)) {
  const file = fileOf(document.version);
  const text = `${JSON.stringify(document)}\n`;
  if (!words.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text)
    throw new Error(`${document.version} has changed: npm run published FOLDER keeps it anew`);
}
