import { describe, expect, it } from 'vitest';
import { mayReturnCredential } from '../../src/openapi/credentials.js';
import { type DocumentOperation, OpenApiDocument } from '../../src/openapi/document.js';

const string = { type: 'string' };
const json = (schema: unknown): object => ({ 200: { description: '', content: { 'application/json': { schema } } } });
const object = (properties: object): object => ({ type: 'object', properties });

function suspect(responses: unknown, { path = '/widgets', id = 'ListWidgets', schemas = {} } = {}): boolean {
  const root = { openapi: '3.0.3', paths: { [path]: { get: { operationId: id, responses } } }, components: { schemas } };
  const document = new OpenApiDocument(root);
  return mayReturnCredential(document, document.operations[0] as DocumentOperation);
}

describe('an answer holds no credential', () => {
  const widget = object({ id: string, name: string, size: { type: 'number' }, created_at: { type: 'integer' } });

  it.each<[string, unknown]>([
    ['where all of it is said and nothing looks like one', widget],
    ['in a list of such', { type: 'array', items: widget }],
    [
      'in a page of such',
      object({ data: { type: 'array', items: { $ref: '#/components/schemas/Widget' } }, total_count: { type: 'integer' } }),
    ],
    ['where a name is only a switch', object({ password_enabled: { type: 'boolean' } })],
    ["where the only values are the document's own words", object({ object: { type: 'string', enum: ['token'] } })],
    ['in the address of a picture', object({ image_url: { type: 'string', format: 'uri' }, logoUrl: string })],
    ['in a schema that contains itself', { $ref: '#/components/schemas/Tree' }],
    ['in a union of such', { anyOf: [widget, { type: 'null' }] }],
  ])('%s', (_, schema) => {
    const tree = object({ name: string, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } });
    expect(suspect(json(schema), { schemas: { Widget: widget, Tree: tree } })).toBe(false);
  });
});

describe('an answer may hold a credential', () => {
  it.each([
    'token',
    'client_secret',
    'apiKey',
    'key',
    'jwt',
    'password_hint',
    'svix_url',
    'magic_link',
    'backup_codes',
    'ticketId',
    'signature',
  ])('by the name %s', (name) => expect(suspect(json(object({ [name]: string })))).toBe(true));

  it.each<[string, unknown]>([
    ['deep inside', { type: 'array', items: object({ owner: object({ access_token: string }) }) }],
    ['behind a reference', object({ owner: { $ref: '#/components/schemas/Owner' } })],
    ['in one part of a union', { oneOf: [object({ name: string }), object({ secret: string })] }],
    ['in a part of a whole', { allOf: [object({ name: string }), object({ secret: string })] }],
    ['in a format', object({ value: { type: 'string', format: 'password' } })],
    ['in an object of any properties', object({ data: { type: 'object' } })],
    ['in further properties', { ...object({ name: string }), additionalProperties: true }],
    ['in a list of anything', object({ data: { type: 'array' } })],
    ['in a value of no type', object({ data: {} })],
    ['behind a reference out of the document', { $ref: 'other.yml#/Widget' }],
    ['behind a reference to nothing', { $ref: '#/components/schemas/Nothing' }],
    ['in what is no schema', 7],
    ['in anything', true],
    ['in an allOf that is no list', { allOf: {} }],
  ])('%s', (_, schema) => {
    expect(suspect(json(schema), { schemas: { Owner: object({ session_token: string }) } })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no responses', undefined],
    ['responses that are none', []],
    ['only failures', { 404: { description: '' } }],
    ['only what comes by default', { default: { content: { 'application/json': { schema: object({ id: string }) } } } }],
    ['no content', { 200: { description: '' } }],
    ['a page of text', { 200: { content: { 'text/html': { schema: string } } } }],
    ['no schema', { 200: { content: { 'application/json': {} } } }],
    ['one success that is told and one that is not', { ...json(object({ id: string })), 201: { description: '' } }],
  ])('with %s', (_, responses) => {
    expect(suspect(responses)).toBe(true);
  });

  it.each([{ path: '/machines/{id}/secret_key' }, { id: 'GetWidgetToken' }])('by what the operation is called: %o', (called) => {
    expect(suspect(json(object({ id: string })), called)).toBe(true);
  });
});
