import * as z from 'zod';
import { answers } from '../catalog/answers.js';
import type { Operation } from '../catalog/operation.js';
import { type AnswerDifference, compareAnswers } from './compare-answers.js';
import type { Aspect, Difference } from './difference.js';
import { type DocumentOperation, OpenApiDocument } from './document.js';
import { type DocumentAnswer, readAnswer } from './document-answer.js';
import { type Form, formOf } from './form.js';
import { SchemaReader } from './schema.js';

const ASPECTS: ReadonlySet<Aspect> = new Set<Aspect>([
  'answer',
  'missing_field',
  'extra_field',
  'answer_type',
  'answer_null',
  'answer_enum',
]);

export const isOfAnswer = (aspect: Aspect): boolean => ASPECTS.has(aspect);

/** Compares operations' answers with a document, and reports each resource once. */
export class AnswerComparison {
  /** Names of the resources and operations whose answers were compared. */
  readonly resources = new Set<string>();
  readonly #document: OpenApiDocument;
  readonly #found = new Map<string, Difference>();
  readonly #forms = new Map<z.ZodType, Form>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  get differences(): readonly Difference[] {
    return [...this.#found.values()];
  }

  compare(declared: Operation, documented: DocumentOperation): void {
    const answer = readAnswer(this.#document, documented);
    for (const { at, problem } of answer.problems) {
      this.#add({ of: declared.name, aspect: 'unreadable', at, document: problem, catalog: '' });
    }
    const known = answers[declared.spec.request];
    const kind = kindOf(declared, known);
    if (answer.kind === 'unknown') return;
    this.resources.add(declared.name);
    if (answer.kind !== kind) this.#add({ of: declared.name, aspect: 'answer', at: '', document: answer.kind, catalog: kind });
    else if (answer.schema !== undefined && known !== undefined && known !== null) {
      const place = { of: declared.name, at: '' };
      for (const found of compareAnswers(formOf(answer.schema), this.#formOf(known), place, this.resources)) this.#add(found);
    }
  }

  #add({ of, ...difference }: Omit<AnswerDifference, 'aspect'> & { readonly aspect: Aspect }): void {
    const entry = { operation: of, ...difference };
    this.#found.set(JSON.stringify(entry), entry);
  }

  /** Uses the same reader as for the document. */
  #formOf(answer: z.ZodType): Form {
    const known = this.#forms.get(answer);
    if (known !== undefined) return known;
    const own = new OpenApiDocument({ openapi: '3.1.0', paths: { '/': { get: {} } } });
    const form = formOf(new SchemaReader(own).read(z.toJSONSchema(answer, { io: 'input', unrepresentable: 'any' }), ''));
    this.#forms.set(answer, form);
    return form;
  }
}

function kindOf({ spec }: Operation, answer: z.ZodType | null | undefined): DocumentAnswer['kind'] {
  if (answer === undefined) return 'unknown';
  if (answer === null) return 'nothing';
  return spec.answers === 'text' ? 'text' : 'json';
}
