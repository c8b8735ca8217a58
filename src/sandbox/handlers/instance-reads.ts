import * as z from 'zod';
import { authentication } from '../domain/authentication.js';
import { answers, type Handlers } from '../handler.js';
import { instanceSettings, organizationSettings, organizationSettingsShape } from '../resources/settings.js';

const instanceShape = z.strictObject({
  object: z.literal('instance'),
  id: z.string(),
  environment_type: z.enum(['development', 'production']),
  allowed_origins: z.array(z.string()),
  /** Nobody owns a sandbox's application. */
  workspace_id: z.null(),
});

export const instanceReads: Handlers = {
  InstanceSettings_getInstance: answers(instanceShape, ({ instance }) => ({
    object: 'instance',
    id: instance.id,
    environment_type: instance.store.setting(authentication).environment_type,
    allowed_origins: instance.store.setting(instanceSettings).allowed_origins,
    workspace_id: null,
  })),

  InstanceSettings_getOrganizationSettings: answers(organizationSettingsShape, ({ instance }) => ({
    object: 'organization_settings',
    ...instance.store.setting(organizationSettings),
  })),
};
