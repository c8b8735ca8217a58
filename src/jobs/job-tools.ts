import type { JobTool } from './job-tool.js';

/** Every tool that is many calls, by name. What is not listed here does not exist. */
export const JOB_TOOLS: Readonly<Record<`Jobs_${string}`, JobTool>> = {
  Jobs_scanList: {
    declaration: () => import('./scan/declaration.js'),
    load: async () => (await import('./scan/scan-list.js')).scanList,
  },
};
