import type * as z from 'zod';
import type { svixUrl } from '../../catalog/resources/instance.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { refuse } from '../sandbox-error.js';
import { defineSetting } from '../table.js';

/** The instance's account at Svix, which delivers its webhooks. */
const svix = defineSetting('svix', () => ({ app_id: null as string | null }));

const APP_LETTERS = 27;
const TOKEN_LETTERS = 32;

/** A link that logs in once. Each one has a token of its own; the sandbox has no dashboard behind it. */
function dashboardUrl(instance: Instance, appId: string): z.infer<typeof svixUrl> {
  const login = { appId, oneTimeToken: instance.random.base62(TOKEN_LETTERS), region: 'us' };
  return { svix_url: `https://app.svix.com/login#key=${Buffer.from(JSON.stringify(login)).toString('base64url')}` };
}

/** @throws SandboxError `svix_app_missing` */
function appOf(instance: Instance): string {
  const { app_id: appId } = instance.store.setting(svix);
  if (appId === null) throw refuse(400, 'svix_app_missing', 'No Svix app', 'The instance has no Svix app. Create it first.');
  return appId;
}

export const webhooksHandlers: Handlers = {
  Webhooks_createSvixApp: answers(({ instance }) => {
    const { app_id: held } = instance.store.setting(svix);
    if (held !== null) throw refuse(400, 'bad_request', 'Bad Request', `The instance has the Svix app ${held} already.`);
    const appId = `app_${instance.random.base62(APP_LETTERS)}`;
    instance.store.set(svix, { app_id: appId });
    return dashboardUrl(instance, appId);
  }),

  Webhooks_generateSvixDashboardUrl: answers(({ instance }) => dashboardUrl(instance, appOf(instance))),

  Webhooks_deleteSvixApp: {
    status: 204,
    run: ({ instance }) => {
      appOf(instance);
      instance.store.set(svix, { app_id: null });
    },
  },
};
