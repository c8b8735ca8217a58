import { join } from 'node:path';
import { readPrepared } from '../../platform/prepared.js';
import type { Skill } from './skill.js';

declare const __BUILT__: true | undefined;

/** When run from the sources, the folder itself is read. */
const sources =
  typeof __BUILT__ === 'undefined'
    ? (await import('./parse-skill.js')).readSkillFolder(join(import.meta.dirname, '../../../skills'))
    : undefined;

let known: readonly Skill[] | undefined;

/** Every job, by name. Read when first asked for. */
export function skills(): readonly Skill[] {
  known ??= sources ?? (JSON.parse(readPrepared('skills.json')) as readonly Skill[]);
  return known;
}
