import * as z from 'zod';
import type { Catalog } from '../catalog/catalog.js';
import { CURRENT_API_VERSION, type Operation } from '../catalog/operation.js';
import type { Done } from '../platform/in-steps.js';
import { AnswerComparison, isOfAnswer } from './answer-comparison.js';
import { compareForms, compareRequired, extraInput, missingInput } from './compare-forms.js';
import type { AcceptedDifference, Aspect, Difference } from './difference.js';
import { type DocumentOperation, OpenApiDocument } from './document.js';
import { type DocumentInput, type DocumentInputs, namesInPath, readInputs } from './document-inputs.js';
import { formOf } from './form.js';
import { requestKey } from './request-key.js';
import { SchemaReader } from './schema.js';

export interface DriftReport {
  /** The document's version. */
  readonly version: string;
  readonly catalogVersion: string;
  /** How many operations are in both. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  readonly accepted: readonly (Difference & { readonly why: string })[];
  /** Accepted differences that no longer exist. */
  readonly stale: readonly AcceptedDifference[];
  /** Tools that send a version other than the document's, which therefore says nothing about them. */
  readonly otherVersions: readonly { readonly operation: string; readonly version: string }[];
}

/** Told how many operations are compared, and waited for. */
export type TellCompared = (done: Done) => void | Promise<void>;

/** A declaration and its counterpart in the document. */
interface Pair {
  readonly declared: Operation;
  readonly documented: DocumentOperation;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * Compares the catalog with a document.
 *
 * Operations are matched by method and path, whatever the parameters in the path are called; the rest by Clerk's
 * operationId. A declaration is judged by documents of the version that it sends or of a later one, never of an earlier
 * one. A declaration that names its `version` is meant for that version: documents of others need not have it.
 */
export async function findDrift(
  document: OpenApiDocument,
  catalog: Catalog,
  accepted: readonly AcceptedDifference[],
  tell: TellCompared = () => {},
): Promise<DriftReport> {
  const { pairs, missing, extra } = match(document.operations, catalog.operations);
  const judged = pairs.filter(({ declared }) => isJudgedBy(declared, document));
  const found: Difference[] = [...documentDifferences(document)];
  const answers = new AnswerComparison(document);
  for (const [at, pair] of judged.entries()) {
    found.push(...(await compareOperations(document, pair)));
    answers.compare(pair.declared, pair.documented);
    await tell({ progress: at + 1, total: judged.length });
  }
  found.push(...answers.differences);
  for (const operation of missing) found.push(missingOperation(operation));
  for (const operation of extra) if (isMissed(operation, document)) found.push(extraOperation(operation));
  const unjudged = [
    ...pairs.filter((pair) => !judged.includes(pair)).map(({ declared }) => declared),
    ...extra.filter((operation) => !isMissed(operation, document)),
  ];
  const compared = new Set(judged.map(({ declared }) => declared.name));
  return {
    version: document.version,
    catalogVersion: CURRENT_API_VERSION,
    compared: compared.size,
    ...sortOut(found, accepted, { version: document.version, compared, resources: answers.resources }),
    otherVersions: unjudged.map((operation) => ({ operation: operation.name, version: operation.apiVersion })),
  };
}

/** The document's operations that the catalog lacks. */
export const missingOperations = (document: OpenApiDocument, catalog: Catalog): DocumentOperation[] =>
  match(document.operations, catalog.operations).missing;

function match(
  documented: readonly DocumentOperation[],
  declared: readonly Operation[],
): { pairs: Pair[]; missing: DocumentOperation[]; extra: Operation[] } {
  const byRequest = new Map(declared.map((operation) => [requestKey(operation.method, operation.path), operation]));
  const left = new Set(declared);
  const pairs: Pair[] = [];
  const unmatched: DocumentOperation[] = [];
  for (const operation of documented) {
    const found = byRequest.get(requestKey(operation.method, operation.path));
    if (found === undefined) unmatched.push(operation);
    else if (left.delete(found)) pairs.push({ declared: found, documented: operation });
  }
  const missing: DocumentOperation[] = [];
  for (const operation of unmatched) {
    const moved = [...left].find(({ spec }) => spec.clerk === operation.id && spec.version === undefined);
    if (moved === undefined) missing.push(operation);
    else {
      left.delete(moved);
      pairs.push({ declared: moved, documented: operation });
    }
  }
  return { pairs, missing, extra: [...left] };
}

/** Whether a document of this version says anything about the declaration's requests. */
const isJudgedBy = ({ apiVersion }: Operation, { version }: OpenApiDocument): boolean =>
  !DATE.test(version) || version >= apiVersion;

/** Whether the operation should be in a document that lacks it. */
const isMissed = (operation: Operation, document: OpenApiDocument): boolean =>
  isJudgedBy(operation, document) && (operation.spec.version === undefined || operation.spec.version === document.version);

function* documentDifferences(document: OpenApiDocument): Generator<Difference> {
  const { version, unreadable } = document;
  if (!DATE.test(version) || version > CURRENT_API_VERSION) {
    const shown = version === '' ? 'none' : version;
    yield { operation: '', aspect: 'version', at: '', document: shown, catalog: CURRENT_API_VERSION };
  }
  for (const { at, problem } of unreadable) {
    yield { operation: at, aspect: 'unreadable', at: '', document: problem, catalog: '' };
  }
}

const missingOperation = ({ id, method, path }: DocumentOperation): Difference => {
  const request = `${method} ${path}`;
  return { operation: id === '' ? request : id, aspect: 'missing_operation', at: '', document: request, catalog: 'none' };
};

const extraOperation = ({ name, spec }: Operation): Difference => {
  return { operation: name, aspect: 'extra_operation', at: '', document: 'none', catalog: spec.request };
};

async function compareOperations(document: OpenApiDocument, { declared, documented }: Pair): Promise<Difference[]> {
  const { spec } = declared;
  const differences: Difference[] = [];
  const differ = (aspect: Aspect, at: string, one: string, other: string): void => {
    if (one !== other) differences.push({ operation: declared.name, aspect, at, document: one, catalog: other });
  };
  differ('request', '', `${documented.method} ${documented.path}`, spec.request);
  differ('operation_id', '', documented.id, spec.clerk);
  if (spec.version !== undefined && DATE.test(document.version)) differ('version', '', document.version, spec.version);
  differ('deprecated', '', word(documented.deprecated), word(spec.deprecated !== undefined));

  const inputs = readInputs(document, documented);
  for (const { at, problem } of inputs.problems) differ('unreadable', at, problem, '');
  differ('one_of', '', names(inputs.needsOneOf), names(spec.needsOneOf));
  differ('place', 'file', inputs.file ?? 'none', spec.image ?? 'none');
  for (const difference of await compareInputs(inputs, documented, declared)) differ(...difference);
  return differences;
}

const word = (deprecated: boolean): string => (deprecated ? 'deprecated' : 'in use');
const names = (list: readonly string[] | undefined): string => (list === undefined ? 'none' : [...list].sort().join(' '));

type FoundDifference = [aspect: Aspect, at: string, document: string, catalog: string];

async function compareInputs(
  { inputs }: DocumentInputs,
  documented: DocumentOperation,
  declared: Operation,
): Promise<readonly FoundDifference[]> {
  const found: FoundDifference[] = [];
  const renamed = renamedInPath(documented.path, declared.path);
  const catalog = await catalogInputs(declared);
  const seen = new Set<string>();
  for (const input of inputs) {
    const name = nameInCatalog(input, renamed, declared);
    const known = name === undefined ? undefined : catalog.get(name);
    const form = formOf(input.schema);
    const shown = input.name === '' ? 'body' : input.name;
    if (name === undefined || known === undefined) {
      const { aspect, at, document, catalog: none } = missingInput(shown, form);
      found.push([aspect, at, `${document} in ${input.place}`, none]);
      continue;
    }
    seen.add(name);
    const place = declared.places.get(name) === 'array-body' ? 'whole-body' : String(declared.places.get(name));
    found.push(['place', shown, input.place, place]);
    found.push(['commas', shown, commas(input.commaSeparated), commas(declared.spec.commaSeparated?.includes(name) === true)]);
    const differences = [
      ...(input.place === 'whole-body' ? [] : compareRequired(input.required, known.required, shown)),
      ...compareForms(form, known.form, shown),
    ];
    for (const { aspect, at, document, catalog: other } of differences) found.push([aspect, at, document, other]);
  }
  for (const [name, { form }] of catalog) {
    if (seen.has(name) || declared.places.get(name) === 'image') continue;
    const { aspect, at, document, catalog: other } = extraInput(name, form);
    found.push([aspect, at, document, other]);
  }
  return found;
}

const commas = (comma: boolean): string => (comma ? 'in one parameter' : 'repeated');

/** The catalog's names for the parameters in the document's path. */
function renamedInPath(documented: string, declared: string): ReadonlyMap<string, string> {
  const others = namesInPath(declared);
  return new Map(namesInPath(documented).map((name, index) => [name, others[index] ?? name]));
}

function nameInCatalog(input: DocumentInput, renamed: ReadonlyMap<string, string>, declared: Operation): string | undefined {
  switch (input.place) {
    case 'path':
      return renamed.get(input.name);
    case 'whole-body':
      return [...declared.places].find(([, place]) => place === 'array-body')?.[0];
    case 'header':
    case 'cookie':
      return undefined;
    default:
      return input.name;
  }
}

interface CatalogInput {
  readonly form: ReturnType<typeof formOf>;
  readonly required: boolean;
}

/** A declaration's inputs, read by the same reader as the document's. */
async function catalogInputs(operation: Operation): Promise<ReadonlyMap<string, CatalogInput>> {
  const json = z.toJSONSchema(await operation.input(), { io: 'input', unrepresentable: 'any' });
  const own = new OpenApiDocument({ openapi: '3.1.0', paths: { '/': { get: {} } } });
  const { properties = {}, required = [] } = new SchemaReader(own).read(json, '');
  return new Map(
    Object.entries(properties).map(([name, schema]) => [name, { form: formOf(schema), required: required.includes(name) }]),
  );
}

interface DriftContext {
  readonly version: string;
  readonly compared: ReadonlySet<string>;
  /** The resources whose answers were compared, beside the operations. */
  readonly resources: ReadonlySet<string>;
}

/** An accepted difference counts only if it is unchanged, and only for the document that it was found in. */
function sortOut(
  found: readonly Difference[],
  accepted: readonly AcceptedDifference[],
  { version, compared, resources }: DriftContext,
): Pick<DriftReport, 'differences' | 'accepted' | 'stale'> {
  const key = ({ operation, aspect, at, document, catalog }: Difference): string =>
    JSON.stringify([operation, aspect, at, document, catalog]);
  const reasons = new Map(accepted.filter((entry) => entry.version === version).map((entry) => [key(entry), entry]));
  const known = new Set(found.map(key));
  return {
    differences: found.filter((difference) => !reasons.has(key(difference))),
    accepted: found.flatMap((difference) => {
      const entry = reasons.get(key(difference));
      return entry === undefined ? [] : [{ ...difference, why: entry.why }];
    }),
    stale: [...reasons]
      .filter(([of, { operation, aspect, passing }]) => {
        const looked = isOfAnswer(aspect) ? resources : compared;
        return passing !== true && looked.has(operation) && !known.has(of);
      })
      .map(([, entry]) => entry),
  };
}
