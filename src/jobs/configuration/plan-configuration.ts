import { parseArguments } from '../../catalog/parse-arguments.js';
import type { JobContext } from '../job-tool.js';
import { PlanFault } from '../plan/fault.js';
import { Known } from '../plan/known.js';
import type { PlanItem } from '../plan/plan.js';
import { PlanReader } from '../plan/reader.js';
import { type Settled, settle } from '../plan/settle.js';
import { neededCalls } from './calls.js';
import { type Comparison, compare } from './compare.js';
import { pathInWords } from './lines.js';
import { type Live, readLive } from './live.js';
import type { Impossible, Needed, NeededCall, Wanted } from './needed.js';
import { ConfigurationFileError, type Parsed } from './parse.js';
import { SECTION_NAMES, type SectionName, sectionOf, THE_ONE } from './sections.js';

/** A configuration that is wanted, under the name by which errors call it. */
export interface WantedFile {
  readonly file: string;
  readonly parsed: Parsed;
}

export interface PlanWishes extends WantedFile {
  readonly title: string;
  readonly prune: boolean;
  readonly keyOf: Wanted['keyOf'];
}

/** What an instance has, as far as it is wanted. @throws PlanFault */
export async function readConfiguration(context: JobContext, wanted: readonly SectionName[] = SECTION_NAMES): Promise<Live> {
  const { reader } = readerOf(context);
  return readLive(wanted, { offered: context.offered, reader });
}

/** How the instance differs from a configuration. @throws PlanFault */
export async function compareWithInstance({ parsed }: WantedFile, context: JobContext): Promise<Comparison> {
  const live = await readConfiguration(context, [...parsed.configuration.keys()]);
  return compare(live.configuration, parsed.configuration, live.unread);
}

/**
 * Makes a plan of what brings the instance to a configuration. Changes nothing.
 * @throws PlanFault, ConfigurationFileError
 */
export async function planConfiguration(
  wishes: PlanWishes,
  context: JobContext,
): Promise<Settled & { readonly notes: readonly string[] }> {
  const { parsed, title, prune, keyOf } = wishes;
  const { configuration } = parsed;
  const { known, reader } = readerOf(context);
  const live = await readLive([...configuration.keys()], { offered: context.offered, reader });
  const comparison = compare(live.configuration, configuration, live.unread);
  const needed = neededCalls({ configuration, comparison, live, prune, keyOf });
  refuseImpossible(needed, wishes);
  const items: PlanItem[] = [];
  for (const each of needed.calls) items.push(await itemOf(each, context));
  const named = title.replace('{n}', items.length === 1 ? '1 change' : `${items.length} changes`);
  const settled = await settle({ title: named, items, warnings: needed.notes, known, reader }, context, context.plans);
  return { ...settled, notes: needed.notes };
}

function readerOf(context: JobContext): { readonly known: Known; readonly reader: PlanReader } {
  const known = new Known();
  return { known, reader: new PlanReader(context, known) };
}

/** @throws ConfigurationFileError */
function refuseImpossible({ impossible }: Needed, { file, parsed }: WantedFile): void {
  if (impossible.length === 0) return;
  throw new ConfigurationFileError(
    file,
    impossible.map(({ of, field, problem }) => ({
      line: parsed.lineOf(of.section, of.key, field),
      path: pathOf(of, field),
      problem: `${problem}.`,
    })),
  );
}

const pathOf = ({ section, key }: Impossible['of'], field?: string): string =>
  pathInWords([section, ...(key === THE_ONE ? [] : [key]), ...(field === undefined ? [] : [field])]);

/** @throws PlanFault for a call that cannot be made here */
async function itemOf({ step, operation: name, args, later, of }: NeededCall, { offered }: JobContext): Promise<PlanItem> {
  const operation = offered.get(name);
  const about = pathOf(of);
  if (operation === undefined)
    throw new PlanFault(
      'invalid_plan',
      `${about} takes ${name}, which is not offered here: ${sectionOf(of.section).noun} cannot be changed`,
    );
  const parsed = await parseArguments(operation, args, false);
  if (!parsed.ok)
    throw new PlanFault('invalid_arguments', `What the file says of ${about} does not fit ${name}.`, {
      operation: name,
      faults: parsed.faults,
    });
  return { step, operation: name, args: parsed.args, later };
}
