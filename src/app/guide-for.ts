import type { Guide, GuideOptions } from '../mcp/guide.js';
import { Offer } from '../mcp/offer.js';
import { skills } from '../mcp/prompts/skills.js';
import type { GuideParts } from './guide.js';
import { leftOutBy } from './left-out-by.js';

/** What is offered beside tools, put together when it is first asked for. */
export function guideFor(parts: GuideParts): GuideOptions {
  const { config, catalog, offered } = parts;
  const { values } = config;
  const offer = new Offer({ catalog, offered, discovery: values.discovery === true, leftOutBy: leftOutBy(catalog, values) });
  let hasJobs: boolean | undefined;
  let guide: Promise<Guide> | undefined;
  const open = async (): Promise<Guide> => (await import('./guide.js')).createGuide(parts, offer);
  return {
    get hasJobs() {
      hasJobs ??= skills().some(({ tools }) => offer.lacking(tools, {}).length === 0);
      return hasJobs;
    },
    open: () => {
      guide ??= open();
      return guide;
    },
  };
}
