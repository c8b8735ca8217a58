import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import { plain } from '../platform/plain-text.js';
import {
  type BetweenDocuments,
  type ChangedOperation,
  type ChangedResource,
  compareDocuments,
  fieldOf,
} from './between-documents.js';
import { comment, key, zodCode } from './code.js';
import type { AcceptedDifference } from './difference.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { findDrift, type TellCompared } from './drift.js';
import { requestKey } from './request-key.js';
import { draftGroups, redraft } from './skeleton.js';

/** One thing to do, and how to begin. */
interface Task {
  readonly what: string;
  /** The draft. */
  readonly code?: string;
}

/**
 * What an engineer has to do to bring the catalog from one document to the next, each task with a draft of the
 * declaration. Changes that the catalog already has are only counted.
 */
export async function workList(
  from: OpenApiDocument,
  to: OpenApiDocument,
  catalog: Catalog,
  accepted: readonly AcceptedDifference[],
  tell?: TellCompared,
): Promise<string> {
  const between = compareDocuments(from, to);
  const { differences } = await findDrift(to, catalog, accepted, tell);
  const open = new Set(differences.map(({ operation }) => operation));
  const byRequest = new Map(catalog.operations.map((operation) => [requestKey(operation.method, operation.path), operation]));
  const byId = new Map(catalog.operations.map((operation) => [operation.spec.clerk, operation]));
  const find = ({ method, path, id }: DocumentOperation): Operation | undefined =>
    byRequest.get(requestKey(method, path)) ?? byId.get(id);

  const missing = between.added.filter((operation) => find(operation) === undefined);
  const changed = between.changed.flatMap((change) => {
    const declared = find(change.operation);
    return declared !== undefined && open.has(declared.name) ? [{ ...change, declared }] : [];
  });
  const resources = between.resources.filter(({ of }) => open.has(of) || open.has(byRequest.get(keyOfRequest(of))?.name ?? ''));
  // An operation that names its version is meant for documents that have it.
  const removed = between.removed.flatMap((operation) => find(operation) ?? []).filter(({ spec }) => spec.version === undefined);
  const tasks: Task[] = [
    ...draftGroups(to, missing, catalog).map(({ group, operations, code }) => {
      const names = operations.map(({ method, path }) => `${method} ${path}`).join(', ');
      return { what: `Add to ${group}: ${names}`, code };
    }),
    ...(await Promise.all(changed.map((change) => changeTask(to, change)))),
    ...resources.map((resource) => resourceTask(to, resource)),
    ...removed.map(({ name, spec }) => ({ what: `Take out ${name}: the document has ${spec.request} no more` })),
  ];
  return [summary(from, to, tasks, between), ...tasks.map(taskText)].join('\n');
}

const keyOfRequest = (request: string): string => {
  const [method = '', path = ''] = request.split(' ');
  return requestKey(method, path);
};

function summary(
  { version: one }: OpenApiDocument,
  { version: other }: OpenApiDocument,
  tasks: readonly Task[],
  { added, removed, changed, resources }: BetweenDocuments,
): string {
  const seen = added.length + removed.length + changed.length + resources.length;
  return `${comment(`From ${plain(one) || 'no version'} to ${plain(other) || 'no version'}: ${seen} operations and resources differ, ${tasks.length} tasks for the catalog.`)}\n`;
}

const taskText = ({ what, code }: Task, index: number): string =>
  [comment(`${index + 1}. ${what}.`), ...(code === undefined ? [''] : [code])].join('\n');

async function changeTask(
  document: OpenApiDocument,
  { operation, changes, declared }: ChangedOperation & { readonly declared: Operation },
): Promise<Task> {
  const lines = changes.map((change) => comment(`   ${change}`));
  const code = await redraft(document, operation, declared);
  return { what: `Change ${declared.name}`, code: [...lines, code, ''].join('\n') };
}

/** The fields that are new or different, as a resource declares them. */
function resourceTask(document: OpenApiDocument, { of, differences }: ChangedResource): Task {
  const lines = differences.flatMap(({ at, document: now, catalog: before }) => {
    const schema = now === 'none' || at === '' ? undefined : fieldOf(document, of, at);
    const name = at.split('.').at(-1) ?? at;
    return [
      comment(`   ${at === '' ? 'the answer' : at}: ${now}, was ${before}`),
      ...(schema === undefined ? [] : [comment(`   ${key(name)}: ${zodCode(schema, 'answer')},`)]),
    ];
  });
  return {
    what: `Change what ${of} is in answers, in src/catalog/resources or src/catalog/answers.ts`,
    code: [...lines, ''].join('\n'),
  };
}
