// The floors of the house and what each may import: `npm run lint` holds every arrow, types included.

/** From the top down. A floor imports the ones it names and itself, and nothing else of ours. */
const FLOORS = {
  'src/main.ts': ['src/cli'],
  'src/index.ts': ['src/app'],
  'src/cli': [
    'src/app',
    'src/mcp',
    'src/call',
    'src/policy',
    'src/clerk',
    'src/response',
    'src/limits',
    'src/catalog',
    'src/platform',
    'src/config',
    'src/openapi',
    'src/sandbox',
  ],
  'src/app': [
    'src/mcp',
    'src/call',
    'src/policy',
    'src/clerk',
    'src/response',
    'src/limits',
    'src/catalog',
    'src/platform',
    'src/config',
    'src/openapi',
    'src/sandbox',
    'tools',
  ],
  'src/mcp': ['src/call', 'src/policy', 'src/limits', 'src/catalog', 'src/platform'],
  'src/call': ['src/policy', 'src/clerk', 'src/response', 'src/limits', 'src/catalog', 'src/platform'],
  'src/policy': ['src/limits', 'src/catalog', 'src/platform'],
  'src/clerk': ['src/limits', 'src/catalog', 'src/platform'],
  'src/response': ['src/catalog', 'src/platform'],
  'src/limits': ['src/platform'],
  'src/config': ['src/catalog', 'src/platform'],
  'src/openapi': ['src/catalog', 'src/platform'],
  'src/sandbox': ['src/catalog', 'src/platform', 'tools'],
  tools: ['src/catalog'],
  'src/catalog': ['src/platform'],
  'src/platform': [],
};

const within = (floor) => (floor.endsWith('.ts') ? `^${floor.replace('.', '\\.')}$` : `^${floor}/`);
const ours = Object.keys(FLOORS);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...ours.map((floor) => ({
      name: `arrows of ${floor}`,
      severity: 'error',
      from: { path: within(floor) },
      to: { path: '^(src|tools)/', pathNot: [floor, ...FLOORS[floor]].map(within) },
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
