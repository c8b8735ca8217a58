import { defineOperation } from '../src/catalog/declaration.js';

export const webhooks = {
  deleteSvixApp: defineOperation({
    name: 'Webhooks_deleteSvixApp',
    clerk: 'DeleteSvixApp',
    request: 'DELETE /webhooks/svix',
    title: 'Delete webhooks app',
    description: 'Ends all webhooks of the instance and deletes their endpoints.',
    answers: 'nothing',
    risk: 'destructive',
    openWorld: true,
    effect:
      "Deletes the instance's Svix app with all its webhook endpoints: no events are delivered any more. This cannot be undone.",
    typed: 'instance',
    undo: { never: 'its endpoints have to be set up anew' },
  }),

  createSvixApp: defineOperation({
    name: 'Webhooks_createSvixApp',
    clerk: 'CreateSvixApp',
    request: 'POST /webhooks/svix',
    title: 'Create webhooks app',
    description:
      'Sets up webhooks where there are none and returns a login link to their dashboard. If they exist: Webhooks_generateSvixDashboardUrl.',
    risk: 'credential',
    openWorld: true,
    effect:
      "Sets up webhooks for the instance and shows a link {where} that logs anyone who has it in to the webhooks' dashboard.",
    undo: { by: 'Webhooks_deleteSvixApp', with: {} },
  }),

  generateSvixDashboardUrl: defineOperation({
    name: 'Webhooks_generateSvixDashboardUrl',
    clerk: 'GenerateSvixAuthURL',
    request: 'POST /webhooks/svix_url',
    title: 'Get webhooks dashboard link',
    description: 'Returns a login link to the Svix dashboard, where webhook endpoints are managed.',
    risk: 'credential',
    openWorld: true,
    effect: "Shows a link {where} that logs anyone who has it in to the dashboard of the instance's webhooks.",
    undo: { never: 'a link that was shown works until it expires' },
  }),
};
