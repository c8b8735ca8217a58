import { isRecord } from '../platform/is-record.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { type Problem, type Schema, SchemaReader } from './schema.js';

/** An operation's answer on success, as the document has it. */
export interface DocumentAnswer {
  /** `unknown` where the document does not say: it lists no success, or describes it only in words. */
  readonly kind: 'json' | 'text' | 'nothing' | 'unknown';
  /** The schema of the JSON. */
  readonly schema?: Schema;
  readonly problems: readonly Problem[];
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

/** Reads an operation's answer. Never fails: parts that cannot be read are among the problems. */
export function readAnswer(document: OpenApiDocument, { node }: DocumentOperation): DocumentAnswer {
  const reader = new SchemaReader(document);
  const responses = isRecord(node.responses) ? Object.entries(node.responses) : [];
  const kinds = new Set<DocumentAnswer['kind']>();
  const schemas: Schema[] = [];
  for (const [status, given] of responses.filter(([name]) => /^2..$/.test(name))) {
    const response = reader.resolve(given, `answer ${status}`);
    const content = isRecord(response) && isRecord(response.content) ? Object.entries(response.content) : [];
    if (content.length === 0) kinds.add('nothing');
    for (const [type, media] of content) {
      if (!JSON_TYPE.test(type)) kinds.add('text');
      else if (isRecord(media) && media.schema !== undefined) {
        kinds.add('json');
        schemas.push(reader.read(media.schema, 'answer'));
      }
    }
  }
  const { problems } = reader;
  if (schemas.length > 0)
    return { kind: 'json', schema: schemas.length === 1 ? (schemas[0] as Schema) : { anyOf: schemas }, problems };
  const [only] = kinds;
  return { kind: kinds.size === 1 && only !== undefined ? only : 'unknown', problems };
}
