import { readPrepared } from '../platform/prepared.js';
import type { AnswerShapes } from './answer-shapes.js';

declare const __BUILT__: true | undefined;

const make: () => AnswerShapes =
  typeof __BUILT__ === 'undefined' ? await fromResources() : () => JSON.parse(readPrepared('known-answers.json'));

let known: AnswerShapes | undefined;

/** The properties of every answer. The built program reads them as the build prepared them, for the first answer. */
export function knownAnswers(): AnswerShapes {
  known ??= make();
  return known;
}

async function fromResources(): Promise<() => AnswerShapes> {
  const { describeAnswers } = await import('./answer-shapes.js');
  const { answers } = await import('./answers.js');
  return () => describeAnswers(answers);
}
