// The floors of the house and what each may import: `npm run lint` holds every arrow, types included.
import { readFileSync } from 'node:fs';

/** From the top down: what lives there, and what it imports besides itself. `npm run docs:tables` writes the table in docs/architecture.md. */
const FLOORS = JSON.parse(readFileSync(new URL('floors.json', import.meta.url), 'utf8'));

const within = (floor) => (floor.endsWith('.ts') ? `^${floor.replace('.', '\\.')}$` : `^${floor}/`);
const ours = Object.keys(FLOORS);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...ours.map((floor) => ({
      name: `arrows of ${floor}`,
      severity: 'error',
      from: { path: within(floor) },
      to: { path: '^(src|tools)/', pathNot: [floor, ...FLOORS[floor].may].map(within) },
    })),
    { name: 'every file has a floor', severity: 'error', from: { path: '^(src|tools)/', pathNot: ours.map(within) }, to: {} },
    {
      name: 'declarations need zod and nothing else',
      severity: 'error',
      from: { path: '^tools/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: '(^|/)node_modules/zod/' },
    },
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no code of tests', severity: 'error', from: { path: '^(src|tools)/' }, to: { path: '^(test|bench|scripts)/' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
