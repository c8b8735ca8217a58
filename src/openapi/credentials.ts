import { isSecretName } from '../catalog/secret-names.js';
import { isRecord } from '../platform/is-record.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { type JsonObject, RefError } from './refs.js';

/** Parts of a name, in any spelling, that suggest its value is a credential. */
const TELLING_PART = /token|secret|passw|passphrase|passcode|apikey|privatekey|jwt|ticket|credential|bearer|authoriz|cookie/i;
/** Words of a name that suggest it only as whole words. */
const TELLING_WORDS = new Set([
  ...['key', 'keys', 'otp', 'totp', 'code', 'codes', 'pin', 'nonce', 'hash', 'digest', 'salt', 'seed', 'signature', 'private'],
  ...['pem', 'assertion', 'url', 'urls', 'uri', 'uris', 'link', 'links', 'href'],
]);
/** A picture's address cannot be used to sign in. */
const PICTURE = /(?:^|_)(?:image|logo|avatar|icon|favicon)_url$/;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const TELLING_FORMATS = new Set(['password', 'jwt', 'binary', 'byte', 'uri', 'url', 'uri-reference']);
const DEEPEST = 60;

/**
 * Whether an answer may contain a credential, judging by the document: if a name looks like one, or if the document
 * does not describe the answer.
 */
export function mayReturnCredential(document: OpenApiDocument, operation: DocumentOperation): boolean {
  if (isTelling(operation.id) || operation.path.split('/').some(isTelling)) return true;
  const responses = operation.node.responses;
  if (!isRecord(responses)) return true;
  const good = Object.entries(responses).filter(([status]) => /^(?:2..|default)$/i.test(status));
  if (!good.some(([status]) => status !== 'default')) return true;
  const walk = new ResponseWalk(document);
  return good.some(([status, response]) => status !== 'default' && walk.isSuspect(response));
}

class ResponseWalk {
  readonly #document: OpenApiDocument;
  readonly #seen = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  isSuspect(given: unknown): boolean {
    try {
      const response = this.#document.resolve(given);
      const content = isRecord(response) ? response.content : undefined;
      if (!isRecord(content) || Object.keys(content).length === 0) return true;
      return Object.entries(content).some(
        ([type, media]) => !JSON_TYPE.test(type) || !isRecord(media) || this.#walk(media.schema, '', 0),
      );
    } catch (error) {
      if (error instanceof RefError) return true;
      throw error;
    }
  }

  #walk(given: unknown, name: string, depth: number): boolean {
    if (depth > DEEPEST || !this.#document.spend()) return true;
    const { value: schema, refs } = this.#document.follow(given);
    if (!isRecord(schema)) return true;
    if (isTelling(name) && !isHarmless(schema)) return true;
    const known = refs.some((ref) => this.#seen.has(ref));
    for (const ref of refs) this.#seen.add(ref);
    return !known && this.#parts(schema, name, depth + 1);
  }

  #parts(schema: JsonObject, name: string, depth: number): boolean {
    const { type, properties, items, additionalProperties: more, format } = schema;
    const unions = [schema.allOf, schema.anyOf, schema.oneOf].filter((list) => list !== undefined);
    if (!unions.every(Array.isArray)) return true;
    if (unions.flat().some((part) => this.#walk(part, name, depth))) return true;
    if (typeof format === 'string' && TELLING_FORMATS.has(format) && !PICTURE.test(name)) return true;
    if (schema.patternProperties !== undefined || more === true || (isRecord(more) && this.#walk(more, name, depth))) return true;
    if (items !== undefined && this.#walk(items, name, depth)) return true;
    if (properties !== undefined && !isRecord(properties)) return true;
    const inside = Object.entries(properties ?? {}).some(([key, part]) => this.#walk(part, key, depth));
    return inside || (unions.length === 0 && !saysWhatItIs(schema, [type].flat()));
  }
}

/** An object without properties, a list without items and a value without a type could hold anything. */
function saysWhatItIs({ properties, items, enum: values }: JsonObject, types: readonly unknown[]): boolean {
  if (types.includes('object')) return isRecord(properties) && Object.keys(properties).length > 0;
  if (types.includes('array')) return items !== undefined;
  const scalar = types.every((type) => ['string', 'number', 'integer', 'boolean', 'null'].includes(String(type)));
  return scalar || properties !== undefined || items !== undefined || Array.isArray(values);
}

/** A boolean reveals nothing, and neither does a value from a list in the document. */
const isHarmless = ({ type, enum: values, const: value }: JsonObject): boolean =>
  type === 'boolean' || Array.isArray(values) || typeof value === 'string';

function isTelling(name: string): boolean {
  const snake = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  if (PICTURE.test(snake)) return false;
  return isSecretName(name) || TELLING_PART.test(name) || snake.split(/[^a-z\d]+/).some((word) => TELLING_WORDS.has(word));
}
