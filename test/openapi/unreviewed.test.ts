import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { parseArguments } from '../../src/catalog/parse-arguments.js';
import { OpenApiDocument } from '../../src/openapi/document.js';
import { type UnreviewedTools, unreviewedOperations } from '../../src/openapi/unreviewed.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const text = { type: 'string' };
const harmless = { 200: { content: { 'application/json': { schema: { type: 'object', properties: { name: text } } } } } };
const secret = { 200: { content: { 'application/json': { schema: { type: 'object', properties: { secret: text } } } } } };

const inPath = (path: string): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text }));

/** The tools of a document with these requests, each an operation of that name. */
function tools(requests: Readonly<Record<string, object>>): UnreviewedTools {
  const paths: Record<string, Record<string, object>> = {};
  for (const [request, operation] of Object.entries(requests)) {
    const [method = '', path = ''] = request.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: { parameters: inPath(path), responses: harmless, ...operation } };
  }
  return unreviewedOperations(new OpenApiDocument({ openapi: '3.1.0', info: { version: '2026-05-12' }, paths }), catalog, []);
}

const risksOf = (requests: Readonly<Record<string, object>>): Record<string, string> =>
  Object.fromEntries(tools(requests).operations.map(({ spec, risk }) => [spec.request, risk]));

describe('the risk of an operation that nobody has reviewed', () => {
  it('is that of a read only for a GET whose answer is known to be harmless', () => {
    const body = { requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { a: text } } } } } };
    expect(
      risksOf({
        'GET /widgets': {},
        'GET /gears': { responses: secret },
        'GET /wheels': body,
        'GET /cogs': { responses: {} },
        'POST /widgets': {},
        'PUT /widgets': {},
        'PATCH /widgets': {},
        'DELETE /widgets': {},
      }),
    ).toEqual({
      'GET /widgets': 'read',
      'GET /gears': 'credential',
      'GET /wheels': 'destructive',
      'GET /cogs': 'credential',
      'POST /widgets': 'destructive',
      'PUT /widgets': 'destructive',
      'PATCH /widgets': 'destructive',
      'DELETE /widgets': 'destructive',
    });
  });

  it('is not lowered by what its parameters can be made to say', () => {
    const { operations: made, leftOut } = tools({
      'GET /machines/{id}/{what}': {},
      'GET /MACHINES/{id}/{what}': {},
      'GET /{what}': {},
      'GET /widgets/{id}/{what}': {},
      'GET /widgets/{id}/contents': { responses: secret },
      'GET /machines/mch_1/secret_key': {},
      'GET /users/all': {},
    });
    expect(Object.fromEntries(made.map(({ spec, risk }) => [spec.request, risk]))).toEqual({
      'GET /widgets/{id}/{what}': 'destructive',
      'GET /widgets/{id}/contents': 'credential',
      'GET /machines/mch_1/secret_key': 'credential',
      'GET /users/all': 'read',
    });
    expect(leftOut.map(({ operation }) => operation)).toEqual([
      'GET /machines/{id}/{what}',
      'GET /MACHINES/{id}/{what}',
      'GET /{what}',
    ]);
  });
});

describe('its inputs', () => {
  const schemas = {
    a: { type: ['object', 'null'], properties: { b: { type: 'integer', minimum: 2 } }, required: ['b'] },
    c: {
      oneOf: [
        { type: 'string', maxLength: 3 },
        { type: 'array', items: { type: 'number' } },
      ],
    },
    d: { properties: { e: { const: 'x' } } },
    f: { allOf: [{ type: 'object', properties: { g: text } }, { required: ['g'] }] },
    h: { enum: ['one', 2, null] },
    i: {},
    j: { type: 'number', exclusiveMinimum: true, minimum: 0 },
    k: { type: 'object', additionalProperties: { type: 'boolean' } },
  };
  const [widget] = tools({
    'POST /widgets': {
      requestBody: { content: { 'application/json': { schema: { type: 'object', properties: schemas } } } },
    },
  }).operations;

  const faultsOf = async (args: object): Promise<string[]> => {
    if (widget === undefined) throw new Error('no tool');
    const parsed = await parseArguments(widget, args);
    return parsed.ok ? [] : parsed.faults.map(({ path }) => path);
  };

  it.each([
    {},
    { a: { b: 2 } },
    { a: null },
    { c: 'abc' },
    { c: [1] },
    { d: { e: 'x' } },
    { f: { g: '' } },
    { h: 'one' },
    { h: 2 },
    { h: null },
    { i: { any: ['thing'] } },
    { j: 0.1 },
    { k: { x: true } },
  ])('take %j', async (args) => {
    expect(await faultsOf(args)).toEqual([]);
  });

  it.each([
    [{ a: { b: 1 } }, 'a.b'],
    [{ a: {} }, 'a'],
    [{ c: 'abcd' }, 'c'],
    [{ c: ['x'] }, 'c'],
    [{ d: { e: 'y' } }, 'd.e'],
    [{ f: {} }, 'f.g'],
    [{ h: 'two' }, 'h'],
    [{ j: 0 }, 'j'],
    [{ k: { x: 1 } }, 'k.x'],
    [{ z: 1 }, 'z'],
  ])('refuse %j', async (args, path) => {
    expect(await faultsOf(args)).toEqual([path]);
  });
});
