import type { Catalog } from '../../catalog/catalog.js';
import type { WantedStrength } from '../strengths.js';
import type { RuleDeclaration } from './policy-file.js';

/** The tool that reads through whole lists, and can write what it finds into a file. */
const SCAN = 'Jobs_scanList';
const PLAN = 'Jobs_planChanges';

/** The rules after the file's last. `confirm` is what gated calls need unless a rule says otherwise. */
export const defaultRules = (confirm: WantedStrength, catalog: Catalog): readonly RuleDeclaration[] => [
  ...(catalog.find(SCAN) === undefined ? [] : filesOfPeople(confirm)),
  { name: 'default: reading and writing', risk: ['read', 'write'], action: 'allow' },
  { name: 'default: gated', risk: ['destructive', 'credential', 'access'], action: 'confirm', strength: confirm },
];

/** A file of people in a live instance outlives the conversation. */
const filesOfPeople = (confirm: WantedStrength): readonly RuleDeclaration[] => [
  {
    name: 'default: files of scans',
    tools: SCAN,
    instance: 'live',
    args: { to: '*' },
    action: 'confirm',
    strength: confirm,
  },
  {
    name: 'default: files of plans',
    tools: PLAN,
    instance: 'live',
    args: { plan: '*-export' },
    action: 'confirm',
    strength: confirm,
  },
];
