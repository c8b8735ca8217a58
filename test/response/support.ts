import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { ClerkAnswer } from '../../src/catalog/clerk-answer.js';
import { defineOperation } from '../../src/catalog/declaration.js';
import type { Operation } from '../../src/catalog/operation.js';
import type { OperationSpec } from '../../src/catalog/operation-types.js';
import { shapeAnswer } from '../../src/response/shape-answer.js';
import type { ShapeOptions } from '../../src/response/shape-options.js';
import { operations } from '../../tools/index.js';

export const tokens = (text: string): number => encode(text).length;

export const operation = (name: string): Operation => {
  const found = operations.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};

const some = (request: OperationSpec['request'], risk: 'read' | 'write'): Operation =>
  defineOperation({ name: 'Some_operation', clerk: 'SomeOperation', request, title: 'Do', description: 'Does.', risk });

/** An operation that the catalog need not declare. */
export const reading = (request: OperationSpec['request']): Operation => some(request, 'read');
export const changing = (request: OperationSpec['request']): Operation => some(request, 'write');

/** As the client gives it: the text as it came, and what JSON.parse makes of it. */
export const sent = (raw: string): ClerkAnswer => ({ status: 200, kind: 'json', value: JSON.parse(raw), raw, attempts: 1 });

export const json = (value: unknown): ClerkAnswer => sent(JSON.stringify(value));

const DEFAULTS = { results: 'short', maxTokens: 25_000 } as const;

export const shape = (of: Operation, answer: ClerkAnswer, options: Partial<ShapeOptions> = {}): string =>
  shapeAnswer(of, answer, { ...DEFAULTS, ...options }).text;

/** The shaped answer read back. */
export const shaped = (of: Operation, value: unknown, options: Partial<ShapeOptions> = {}): unknown =>
  JSON.parse(shape(of, json(value), options));

export const listUsers = operation('Users_listSortedByCreationDate');
export const getUser = operation('Users_getUserDetails');
