import { authentication } from '../domain/authentication.js';
import { answers, type Handlers } from '../handler.js';
import { instanceSettings, organizationSettings } from '../resources/instance-settings.js';

export const instanceReads: Handlers = {
  InstanceSettings_getInstance: answers(({ instance }) => ({
    object: 'instance',
    id: instance.id,
    environment_type: instance.store.setting(authentication).environment_type,
    allowed_origins: instance.store.setting(instanceSettings).allowed_origins,
    workspace_id: null,
  })),

  InstanceSettings_getOrganizationSettings: answers(({ instance }) => ({
    object: 'organization_settings',
    ...instance.store.setting(organizationSettings),
  })),
};
