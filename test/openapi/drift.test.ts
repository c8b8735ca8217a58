import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Catalog } from '../../src/catalog/catalog.js';
import { defineOperation } from '../../src/catalog/declaration.js';
import type { AcceptedDifference } from '../../src/openapi/difference.js';
import { OpenApiDocument } from '../../src/openapi/document.js';
import { type DriftReport, findDrift } from '../../src/openapi/drift.js';
import { operations } from '../../tools/index.js';
import {
  bodyOf,
  type DocumentedOperation,
  describeAnswer,
  documentOf,
  operationIn,
  parameterOf,
  type TestDocument,
} from '../support/openapi-document.js';

const widgets = {
  create: defineOperation({
    name: 'Widgets_createWidget',
    clerk: 'CreateWidget',
    request: 'POST /widgets',
    title: 'Create a widget',
    description: 'Makes one.',
    query: { tags: z.array(z.string()).max(3).optional(), page: z.int().min(0).max(9).optional() },
    commaSeparated: ['tags'],
    body: {
      name: z.string().min(2).max(20),
      color: z.enum(['red', 'green']).nullable().optional(),
      parts: z.array(z.strictObject({ size: z.number().gt(0), note: z.string().optional() })).optional(),
      extra: z.record(z.string(), z.unknown()).optional(),
    },
    risk: 'write',
  }),
  get: defineOperation({
    name: 'Widgets_getWidget',
    clerk: 'GetWidget',
    request: 'GET /widgets/{widget_id}',
    title: 'Get a widget',
    description: 'Shows one.',
    path: { widget_id: z.string() },
    risk: 'read',
  }),
  old: defineOperation({
    name: 'Widgets_oldWidget',
    clerk: 'OldWidget',
    request: 'GET /old_widgets',
    version: '2024-10-01',
    title: 'List old widgets',
    description: 'Of a version that is gone.',
    risk: 'read',
  }),
};

const catalog = new Catalog(Object.values(widgets));

async function changed(
  change: (operation: DocumentedOperation, document: TestDocument) => void,
  request = 'POST /widgets',
): Promise<TestDocument> {
  const document = await documentOf(catalog.operations);
  change(operationIn(document, request), document);
  return document;
}

const report = (document: TestDocument, accepted: readonly AcceptedDifference[] = []): Promise<DriftReport> =>
  findDrift(new OpenApiDocument(document), catalog, accepted);

const body = (operation: DocumentedOperation): Record<string, Record<string, unknown>> => bodyOf(operation).properties;

describe('the catalog against a document', () => {
  it('finds nothing where both say the same, the real catalog too', async () => {
    expect(await report(await documentOf(catalog.operations))).toMatchObject({ differences: [], compared: 2 });
    const document = new OpenApiDocument(await documentOf(operations));
    const current = operations.filter(({ spec }) => spec.version === undefined);
    const real = await findDrift(document, new Catalog(operations), (await import('../../src/openapi/accepted.js')).ACCEPTED);
    expect(real).toMatchObject({ differences: [], stale: [], compared: current.length });
  });

  it.each<[string, (operation: DocumentedOperation, document: TestDocument) => void, object]>([
    [
      'a new input',
      (it) => {
        body(it).weight = { type: 'number' };
      },
      { aspect: 'missing_input', at: 'weight', document: 'number in body' },
    ],
    ['an input that went', (it) => delete body(it).color, { aspect: 'extra_input', at: 'color', catalog: 'string or null' }],
    [
      'a new part of an input',
      (it) => {
        const { parts } = body(it) as { parts: { items: { properties: Record<string, unknown> } } };
        parts.items.properties.depth = { type: 'integer' };
      },
      { aspect: 'missing_input', at: 'parts.[].depth' },
    ],
    [
      'a bound within an input',
      (it) => {
        const { parts } = body(it) as { parts: { items: { properties: Record<string, unknown> } } };
        parts.items.properties.size = { type: 'number', minimum: 5, exclusiveMinimum: true };
      },
      { aspect: 'bound', at: 'parts.[].size', document: 'exclusiveMinimum 5', catalog: 'exclusiveMinimum 0' },
    ],
    [
      'an input that must be given now',
      (it) => {
        bodyOf(it).required = ['name', 'color'];
      },
      { aspect: 'required', at: 'color', document: 'required', catalog: 'optional' },
    ],
    [
      'another type',
      (it) => {
        body(it).name = { type: 'integer' };
      },
      { aspect: 'type', at: 'name', document: 'integer', catalog: 'string' },
    ],
    [
      'a type that is not said any more',
      (it) => {
        body(it).name = {};
      },
      { aspect: 'type', at: 'name', document: 'any', catalog: 'string' },
    ],
    [
      'an input that may be null now, as OpenAPI 3.0 says it',
      (it) => {
        body(it).name = { type: 'string', minLength: 2, maxLength: 20, nullable: true };
      },
      { aspect: 'nullable', at: 'name', document: 'may be null', catalog: 'never null' },
    ],
    [
      'another bound',
      (it) => {
        body(it).name = { type: 'string', minLength: 2, maxLength: 30 };
      },
      { aspect: 'bound', at: 'name', document: 'maxLength 30', catalog: 'maxLength 20' },
    ],
    [
      'a longer list',
      (it) => {
        parameterOf(it, 'tags').schema.maxItems = 5;
      },
      { aspect: 'bound', at: 'tags', document: 'maxItems 5', catalog: 'maxItems 3' },
    ],
    [
      'another word of an enum',
      (it) => {
        body(it).color = { type: ['string', 'null'], enum: ['red', 'green', 'blue', null] };
      },
      { aspect: 'enum', at: 'color', document: '"blue" "green" "red"', catalog: '"green" "red"' },
    ],
    [
      'a list that is repeated now',
      (it) => {
        parameterOf(it, 'tags').explode = true;
      },
      { aspect: 'commas', at: 'tags', document: 'repeated', catalog: 'in one parameter' },
    ],
    [
      'an input in another place',
      (it) => {
        const page = parameterOf(it, 'page');
        it.parameters = it.parameters.filter((parameter) => parameter !== page);
        body(it).page = page.schema;
      },
      { aspect: 'place', at: 'page', document: 'body', catalog: 'query' },
    ],
    [
      'deprecation',
      (it) => {
        it.deprecated = true;
      },
      { aspect: 'deprecated', at: '', document: 'deprecated', catalog: 'in use' },
    ],
    [
      'inputs of which one must be given',
      (it) => {
        bodyOf(it).anyOf = [{ required: ['color'] }, { required: ['parts'] }];
      },
      { aspect: 'one_of', document: 'color parts', catalog: 'none' },
    ],
    [
      'another operationId',
      (it) => {
        it.operationId = 'MakeWidget';
      },
      { aspect: 'operation_id', document: 'MakeWidget', catalog: 'CreateWidget' },
    ],
    [
      'another path',
      (it, document) => {
        delete document.paths['/widgets'];
        document.paths['/gadgets'] = { post: it };
      },
      { aspect: 'request', document: 'POST /gadgets', catalog: 'POST /widgets' },
    ],
    [
      'a body that cannot be read',
      (it) => {
        it.requestBody = { content: { 'text/plain': { schema: { type: 'string' } } } };
      },
      { aspect: 'unreadable', at: 'body' },
    ],
    [
      'a reference out of the document',
      (it) => {
        body(it).name = { $ref: 'https://elsewhere.example/schemas.yml#/Name' };
      },
      { aspect: 'unreadable', at: 'name', document: expect.stringContaining('refers out of the document') },
    ],
  ])('tells of %s', async (_, change, expected) => {
    const { differences } = await report(await changed(change));
    expect(differences).toContainEqual(expect.objectContaining({ operation: 'Widgets_createWidget', ...expected }));
    const others = new Set(differences.map(({ aspect }) => aspect));
    // What cannot be read makes more differences.
    if (!others.has('unreadable')) expect(differences).toHaveLength(1);
  });

  it('takes a path for the same whatever its parameters are called, and says so once', async () => {
    const document = await changed((operation, { paths }) => {
      delete paths['/widgets/{widget_id}'];
      parameterOf(operation, 'widget_id').name = 'id';
      paths['/widgets/{id}'] = { get: operation };
    }, 'GET /widgets/{widget_id}');
    expect((await report(document)).differences).toEqual([
      {
        operation: 'Widgets_getWidget',
        aspect: 'request',
        at: '',
        document: 'GET /widgets/{id}',
        catalog: 'GET /widgets/{widget_id}',
      },
    ]);
  });

  it('tells what is only here or only there', async () => {
    const document = await changed((operation, { paths }) => {
      delete paths['/widgets/{widget_id}'];
      paths['/gears'] = { post: { ...operation, operationId: 'CreateGear' } };
    });
    expect((await report(document)).differences).toEqual([
      expect.objectContaining({ aspect: 'missing_operation', operation: 'CreateGear', document: 'POST /gears' }),
      expect.objectContaining({ aspect: 'extra_operation', operation: 'Widgets_getWidget' }),
    ]);
  });

  it('judges no declaration by a document of an earlier version', async () => {
    const document = await changed((operation) => {
      operation.operationId = 'SomethingElse';
    });
    document.info.version = '2024-10-01';
    const { differences, otherVersions } = await report(document);
    expect(differences).toEqual([expect.objectContaining({ aspect: 'extra_operation', operation: 'Widgets_oldWidget' })]);
    expect(otherVersions.map(({ operation }) => operation)).toEqual(['Widgets_createWidget', 'Widgets_getWidget']);
  });

  it('misses in a newer document what is meant for the current version, not what names an older one', async () => {
    const document = await changed((_, { paths }) => {
      delete paths['/widgets/{widget_id}'];
    });
    document.info.version = '2099-01-01';
    const { differences, otherVersions } = await report(document);
    expect(differences).toEqual([
      expect.objectContaining({ aspect: 'version', document: '2099-01-01' }),
      expect.objectContaining({ aspect: 'extra_operation', operation: 'Widgets_getWidget' }),
    ]);
    expect(otherVersions).toEqual([{ operation: 'Widgets_oldWidget', version: '2024-10-01' }]);
  });

  it('tells of an older version that the document does have', async () => {
    const document = await changed((_, { paths }) => {
      paths['/old_widgets'] = { get: { operationId: 'OldWidget', parameters: [] } };
    });
    expect((await report(document)).differences).toEqual([
      expect.objectContaining({ aspect: 'version', operation: 'Widgets_oldWidget', catalog: '2024-10-01' }),
    ]);
  });
});

describe('answers', () => {
  const USER = 'GET /users/{user_id}';
  const real = new Catalog(operations);

  /** What is found where an answer is as the catalog has it, but for what `change` makes of the schema. */
  async function found(request: string, change: (schema: ReturnType<typeof describeAnswer>) => void) {
    const document = await documentOf(operations);
    const schema = describeAnswer(operationIn(document, request), request);
    change(schema);
    const { ACCEPTED } = await import('../../src/openapi/accepted.js');
    return findDrift(new OpenApiDocument(document), real, ACCEPTED);
  }

  it('that are as the catalog has them differ in nothing', async () => {
    expect(await found(USER, () => {})).toMatchObject({ differences: [] });
    expect(await found('GET /users', () => {})).toMatchObject({ differences: [] });
  });

  it.each<[string, (properties: Record<string, Record<string, unknown>>) => void, object]>([
    [
      'a new field',
      (fields) => {
        fields.shoe_size = { type: ['integer', 'null'] };
      },
      { operation: 'user', aspect: 'missing_field', at: 'shoe_size', document: 'integer or null', catalog: 'none' },
    ],
    [
      'a field that is gone',
      (fields) => {
        delete fields.banned;
      },
      { operation: 'user', aspect: 'extra_field', at: 'banned', document: 'none', catalog: 'boolean' },
    ],
    [
      'another type',
      (fields) => {
        fields.created_at = { type: 'string' };
      },
      { operation: 'user', aspect: 'answer_type', at: 'created_at', document: 'string', catalog: 'integer' },
    ],
    [
      'null where there was none',
      (fields) => {
        fields.banned = { type: 'boolean', nullable: true };
      },
      { operation: 'user', aspect: 'answer_null', at: 'banned', document: 'may be null', catalog: 'never null' },
    ],
    [
      'null beside the parts of a schema',
      (fields) => {
        fields.email_addresses = { nullable: true, allOf: [fields.email_addresses] };
      },
      { operation: 'user', aspect: 'answer_null', at: 'email_addresses', document: 'may be null', catalog: 'never null' },
    ],
  ])('are told of by their resource: %s', async (_, change, expected) => {
    const { differences } = await found(USER, ({ properties }) => change(properties));
    expect(differences).toEqual([expected]);
  });

  it('are told of by their resource: values that the catalog does not know', async () => {
    const { differences } = await found('GET /invitations', (schema) => {
      const text = JSON.stringify(schema).replaceAll('"enum":["pending",', '"enum":["paused","pending",');
      Object.assign(schema, JSON.parse(text));
    });
    expect(differences).toEqual([
      expect.objectContaining({ operation: 'invitation', aspect: 'answer_enum', at: 'status', document: '"paused"' }),
    ]);
  });

  it('are told of by their operation where there is one and none should be', async () => {
    const document = await documentOf(operations);
    operationIn(document, USER).responses = { 204: { description: '' } };
    const { differences } = await findDrift(new OpenApiDocument(document), real, []);
    expect(differences).toContainEqual({
      operation: 'Users_getUserDetails',
      aspect: 'answer',
      at: '',
      document: 'nothing',
      catalog: 'json',
    });
  });
});

describe('accepted differences', () => {
  const deprecated = {
    version: '2026-05-12',
    operation: 'Widgets_createWidget',
    aspect: 'deprecated',
    at: '',
    document: 'deprecated',
    catalog: 'in use',
    why: 'There is no other.',
  } as const;

  it('count only as they were when they were accepted', async () => {
    const document = await changed((operation) => {
      operation.deprecated = true;
      body(operation).name = { type: 'string', minLength: 2, maxLength: 30 };
    });
    const { differences, accepted, stale } = await report(document, [deprecated]);
    expect(differences).toEqual([expect.objectContaining({ aspect: 'bound' })]);
    expect(accepted).toEqual([expect.objectContaining({ aspect: 'deprecated', why: 'There is no other.' })]);
    expect(stale).toEqual([]);
    const other = await report(document, [{ ...deprecated, document: 'gone' }]);
    expect(other.differences).toHaveLength(2);
  });

  it('are reported themselves once they are no differences any more', async () => {
    const document = await documentOf(catalog.operations);
    expect(await report(document, [deprecated])).toMatchObject({ differences: [], stale: [deprecated] });
  });

  it('of another version say nothing', async () => {
    const document = await documentOf(catalog.operations);
    expect(await report(document, [{ ...deprecated, version: '2099-01-01' }])).toMatchObject({ differences: [], stale: [] });
  });
});
