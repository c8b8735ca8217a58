import type { JobTool } from './job-tool.js';

/** Every tool that makes many calls, by name. A job that is not listed here does not exist. */
export const JOB_TOOLS: Readonly<Record<`Jobs_${string}`, JobTool>> = {
  Jobs_applyPlan: {
    declaration: () => import('./apply/declaration.js'),
    load: async () => (await import('./apply/apply-plan.js')).applyPlan,
  },
  Jobs_planChanges: {
    declaration: () => import('./plan/declaration.js'),
    load: async () => (await import('./plan/plan-changes.js')).planChanges,
  },
  Jobs_scanList: {
    declaration: () => import('./scan/declaration.js'),
    load: async () => (await import('./scan/scan-list.js')).scanList,
  },
  Jobs_undoChanges: {
    declaration: () => import('./undo/declaration.js'),
    load: async () => (await import('./undo/undo-changes.js')).undoChanges,
  },
};
