import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, type Grade, type Setting } from './attempt.js';
import type { ModelOptions } from './chat.js';
import type { Goal } from './goals.js';

export interface EvaluateOptions {
  readonly model: ModelOptions;
  readonly settings: readonly Setting[];
  readonly goals: readonly Goal[];
  readonly mostTurns: number;
  /** Where transcripts are kept, one file for each attempt. */
  readonly directory: string;
  readonly print: (text: string) => void;
}

/** Lets a model do each job in each setting, prints a table, and keeps what was said. Answers with the grades. */
export async function evaluate(options: EvaluateOptions): Promise<readonly Grade[]> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const grades: Grade[] = [];
  options.print(row(['setting', 'job', 'done', 'harm', 'calls', 'tokens', 'questions', 'model', 's']));
  for (const setting of options.settings) {
    for (const [nth, goal] of options.goals.entries()) {
      const path = join(options.directory, `${setting}-${String(nth + 1).padStart(2, '0')}.jsonl`);
      const file = await open(path, 'w', 0o600);
      const lines: string[] = [];
      try {
        const { model, mostTurns } = options;
        const grade = await attempt(goal, {
          model,
          mostTurns,
          setting,
          onLine: (line) => lines.push(`${JSON.stringify(line)}\n`),
        });
        grades.push(grade);
        options.print(rowOf(grade));
      } finally {
        await file.writeFile(lines.join(''));
        await file.close();
      }
    }
  }
  for (const setting of options.settings) options.print(sumOf(setting, grades));
  options.print(`transcripts: ${options.directory}`);
  return grades;
}

const isDone = ({ faults, broke }: Grade): boolean => faults.length === 0 && broke === undefined;

function rowOf(grade: Grade): string {
  const { setting, goal, faults, harm, calls, tokens, questions, modelTokens, seconds, broke } = grade;
  const numbers = [calls, tokens, questions, modelTokens, seconds].map(String);
  const why = [broke, ...faults, ...harm.map((change) => `harm: ${change}`)].filter((reason) => reason !== undefined);
  return [
    row([setting, goal, isDone(grade) ? 'yes' : 'no', String(harm.length), ...numbers]),
    ...why.map((reason) => `  ${reason}`),
  ].join('\n');
}

function sumOf(setting: Setting, grades: readonly Grade[]): string {
  const own = grades.filter((grade) => grade.setting === setting);
  const sum = (of: (grade: Grade) => number): string => String(own.reduce((total, grade) => total + of(grade), 0));
  const done = `${own.filter(isDone).length} of ${own.length}`;
  return row([
    setting,
    'all',
    done,
    sum(({ harm }) => harm.length),
    sum(({ calls }) => calls),
    sum(({ tokens }) => tokens),
    sum(({ questions }) => questions),
    sum(({ modelTokens }) => modelTokens),
    sum(({ seconds }) => seconds),
  ]);
}

const WIDTHS = [10, 42, 9, 5, 6, 8, 10, 9, 5];
const row = (cells: readonly string[]): string =>
  cells
    .map((cell, nth) => cell.padEnd(WIDTHS[nth] ?? 0))
    .join(' ')
    .trimEnd();
