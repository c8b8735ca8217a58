import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parseDocument } from 'yaml';
import { errorMessage } from '../platform/error-message.js';
import { plain } from '../platform/plain-text.js';
import { DocumentError } from './document-error.js';

/** Limits for the parser, which hold whatever worst cases others may find in it. */
const MOST_MS = 15_000;
const MOST_MEGABYTES = 512;
/** A YAML alias repeats a part of the document, so a small text can stand for a huge one. */
const MOST_ALIASES = 100;

const LONGEST_FAULT = 200;

const THREAD = 'clerk-mcp: yaml';

interface Task {
  readonly thread: typeof THREAD;
  readonly text: string;
}

type Parsed = { readonly value: unknown } | { readonly fault: string };

/**
 * Reads YAML in a thread of its own, which is ended when it takes too much time or memory.
 * @throws DocumentError
 */
export async function parseYaml(text: string): Promise<unknown> {
  const task: Task = { thread: THREAD, text };
  const worker = new Worker(import.meta.filename, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    // It needs neither our environment nor our arguments.
    env: {},
    argv: [],
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const parsed = await new Promise<Parsed>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve({ fault: faultOf(error) }));
      worker.once('exit', () => resolve({ fault: 'the reader of YAML ended without an answer' }));
      timer = setTimeout(() => resolve({ fault: `it takes more than ${MOST_MS / 1000} s to read as YAML` }), MOST_MS);
    });
    if ('fault' in parsed) throw new DocumentError(`The document is not valid YAML: ${plain(parsed.fault, LONGEST_FAULT)}.`);
    return parsed.value;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

const faultOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `it takes more than ${MOST_MEGABYTES} MB to read`
    : errorMessage(error);

function parse(text: string): Parsed {
  try {
    // Looking for duplicate keys takes time quadratic in their number.
    const document = parseDocument(text, { schema: 'core', merge: false, uniqueKeys: false, prettyErrors: true });
    const [error] = document.errors;
    if (error !== undefined) return { fault: firstLine(error.message) };
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown };
  } catch (error) {
    return { fault: firstLine(faultOf(error)) };
  }
}

/** The parser reports excessive depth like any other fault. */
function firstLine(message: string): string {
  if (message.includes('call stack')) return 'it nests too deeply';
  return (message.split('\n')[0] ?? '').replace(/[.:]$/, '');
}

function isTask(data: unknown): data is Task {
  return typeof data === 'object' && data !== null && 'thread' in data && data.thread === THREAD;
}

if (!isMainThread && isTask(workerData)) {
  const parsed = parse(workerData.text);
  try {
    parentPort?.postMessage(parsed);
  } catch {
    parentPort?.postMessage({ fault: 'it holds something other than plain data' } satisfies Parsed);
  }
}
