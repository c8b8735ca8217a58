import type { Guide, GuideOptions } from '../mcp/guide.js';
import { skills } from '../mcp/prompts/skills.js';
import type { GuideParts } from './guide.js';

/** What is offered beside tools, assembled on first use. */
export function guideFor(parts: GuideParts): GuideOptions {
  const { offer } = parts;
  let hasJobs: boolean | undefined;
  let guide: Promise<Guide> | undefined;
  const open = async (): Promise<Guide> => (await import('./guide.js')).createGuide(parts);
  return {
    get hasJobs() {
      hasJobs ??= skills().some(({ tools }) => offer.hasAll(tools));
      return hasJobs;
    },
    open: () => {
      guide ??= open();
      return guide;
    },
  };
}
