/**
 * Real models at whole jobs: `npm run eval -- --model NAME`, with `--api anthropic` or an address of your own. The key is read
 * from EVAL_API_KEY. Ends with 1 where a job was not done or something else was changed.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SETTINGS, type Setting } from './eval/attempt.js';
import { FORMS } from './eval/chat.js';
import { evaluate } from './eval/evaluate.js';
import { INJECTIONS, JOBS } from './eval/goals.js';

const HELP = `npm run eval -- --model NAME [options]

  --api ${Object.keys(FORMS).join(' | ')}   what the address speaks (default: openai)
  --base-url URL             default: the vendor's own, up to the version
  --settings ${Object.keys(SETTINGS).join(',')}  what the model is offered (default: all of these)
  --arm jobs | injections    whole jobs, or users who write to the model (default: jobs)
  --only WORD                only jobs whose name has it
  --max-turns N              default: 40
  --out DIRECTORY            for transcripts (default: a new temporary one)

The key is read from EVAL_API_KEY; an address on this machine may need none.
`;

const ADDRESSES: Readonly<Record<keyof typeof FORMS, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
};
const ONE_ANSWER_MS = 300_000;

function stop(message: string): never {
  process.stderr.write(`eval: ${message}\n\n${HELP}`);
  process.exit(2);
}

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    api: { type: 'string', default: 'openai' },
    'base-url': { type: 'string' },
    settings: { type: 'string', default: Object.keys(SETTINGS).join(',') },
    arm: { type: 'string', default: 'jobs' },
    only: { type: 'string', default: '' },
    'max-turns': { type: 'string', default: '40' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(HELP);
  process.exit(0);
}
const { model, arm } = values;
if (model === undefined) stop('--model is missing.');
const api = values.api as keyof typeof FORMS;
if (!Object.hasOwn(FORMS, api)) stop(`--api: no form is called ${api}.`);
const settings = values.settings.split(',') as Setting[];
for (const setting of settings) if (!Object.hasOwn(SETTINGS, setting)) stop(`--settings: there is no ${setting}.`);
const mostTurns = Number(values['max-turns']);
if (!Number.isInteger(mostTurns) || mostTurns < 1) stop('--max-turns: expected a whole number from 1.');
if (arm !== 'jobs' && arm !== 'injections') stop(`--arm: there is no ${arm}.`);
const goals = (arm === 'jobs' ? JOBS : INJECTIONS).filter(({ name }) => name.includes(values.only));
if (goals.length === 0) stop(`--only: no job has ${values.only} in its name.`);

const grades = await evaluate({
  model: { api, baseUrl: values['base-url'] ?? ADDRESSES[api], model, key: process.env.EVAL_API_KEY, timeoutMs: ONE_ANSWER_MS },
  settings,
  goals,
  mostTurns,
  directory: values.out ?? (await mkdtemp(join(tmpdir(), 'clerk-mcp-eval-'))),
  print: (text) => process.stdout.write(`${text}\n`),
});
process.exitCode = grades.every(({ faults, harm, broke }) => faults.length + harm.length === 0 && broke === undefined) ? 0 : 1;
