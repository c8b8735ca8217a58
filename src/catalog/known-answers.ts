import { type AnswerShapes, describeAnswers } from './answer-shapes.js';
import { answers } from './answers.js';

let known: AnswerShapes | undefined;

/** The properties of every answer. The build puts them in this module's place, so that no schema need be made for them. */
export function knownAnswers(): AnswerShapes {
  known ??= describeAnswers(answers);
  return known;
}
