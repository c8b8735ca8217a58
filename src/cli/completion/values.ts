import type { Argument, Option as Flag } from 'commander';
import type * as z from 'zod';
import { HTTP_OPTIONS } from '../../config/http-options.js';
import { INIT_OPTIONS } from '../../config/init-options.js';
import type { Option } from '../../config/option.js';
import { SANDBOX_OPTIONS } from '../../config/sandbox-options.js';
import { OPTIONS } from '../../config/server-options.js';
import { path } from '../../config/value-forms.js';
import { ROLES } from '../../mcp/auth/roles.js';
import { EXPORT_FORMATS } from '../../policy/audit/export/export.js';
import { DECISIONS } from '../../policy/audit/show.js';
import { SKILL_FOLDERS } from '../client-config/skill-folders.js';

/** What can stand in a place of the command line: words, tools by name, files. `isList`: several, with commas between them. */
export interface Values {
  readonly words?: readonly string[];
  readonly tools?: boolean;
  readonly groups?: boolean;
  readonly files?: boolean;
  readonly isList?: boolean;
}

/** Flags of single commands that take one of a few words, as the commands declare them: a setting may have the same name. */
const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  '--role <role>': Object.keys(ROLES),
  '--decision <decision>': DECISIONS,
  '--format <format>': EXPORT_FORMATS,
  '--instance <kind>': ['test', 'live', 'sandbox'],
  '--client <name>': Object.keys(SKILL_FOLDERS),
};

/** Settings whose values are no words of a schema. */
const OF_SETTINGS: Readonly<Record<string, Values>> = {
  '--tools': { tools: true, groups: true, isList: true },
  '--exclude': { tools: true, groups: true, isList: true },
  '--toolsets': { groups: true, isList: true },
  '--seed': { words: ['demo', 'empty'], files: true },
  '--audit-log': { files: true },
};

const FILES = /<(?:file|dir|folder|document)(?:\.\.\.)?>/;

/** What a flag takes; undefined for one that takes nothing that could be known. */
export function valuesOfFlag(flag: Flag, settings: ReadonlyMap<string, Option>): Values | undefined {
  const { long, flags } = flag;
  if (long === undefined || long === null) return undefined;
  const named = settings.get(long);
  const setting = named?.flag === flags ? named : undefined;
  const known = OF_SETTINGS[long];
  if (known !== undefined) return known;
  if (setting === undefined) {
    const words = OWN_WORDS[flags];
    return words === undefined ? (FILES.test(flags) ? { files: true } : undefined) : { words };
  }
  if (setting.schema === path || FILES.test(flags)) return { files: true };
  const { words, isList } = wordsIn(setting.schema());
  return words.length === 0 ? undefined : { words, isList };
}

/** The settings that a command explains as its own win over the server's. */
export const settingsOf = (command: string): ReadonlyMap<string, Option> => {
  const own = { http: HTTP_OPTIONS, doctor: HTTP_OPTIONS, sandbox: SANDBOX_OPTIONS, init: INIT_OPTIONS }[command] ?? {};
  const all = [...Object.values<Option>(OPTIONS), ...Object.values<Option>(own)];
  return new Map(all.map((option) => [option.flag.split(' ')[0] ?? '', option]));
};

const TOOL_PLACES: ReadonlySet<string> = new Set(['call name', 'tools words', 'policy explain name']);
const FILE_NAMES: ReadonlySet<string> = new Set(['file', 'files', 'document']);

/** What an argument of a command takes. @param command its words: `policy explain` */
export function valuesOfArgument(command: string, argument: Argument): Values | undefined {
  const name = argument.name();
  if (TOOL_PLACES.has(`${command} ${name}`)) return { tools: true };
  if (FILE_NAMES.has(name)) return { files: true };
  return name === 'shell' ? { words: SHELLS } : undefined;
}

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The words that a schema allows, however it is put together. */
function wordsIn(schema: z.core.$ZodType): { readonly words: readonly string[]; readonly isList: boolean } {
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    readonly entries?: Readonly<Record<string, string>>;
    readonly out?: z.core.$ZodType;
    readonly element?: z.core.$ZodType;
    readonly innerType?: z.core.$ZodType;
  };
  if (def.entries !== undefined) return { words: Object.values(def.entries), isList: false };
  if (def.element !== undefined) return { words: wordsIn(def.element).words, isList: true };
  const inner = def.out ?? def.innerType;
  return inner === undefined ? { words: [], isList: false } : wordsIn(inner);
}
