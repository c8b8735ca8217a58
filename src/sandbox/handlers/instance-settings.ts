import { parseIdentifier } from '../domain/identifiers.js';
import { patchSetting } from '../domain/patch-setting.js';
import { initialRoleSet, keepInitial } from '../domain/role-sets.js';
import { refuseForCreator } from '../domain/roles.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { instanceSettings, isEnrollmentMode, organizationSettings, restrictions } from '../resources/instance-settings.js';
import { type RoleSetRow, roleSets } from '../resources/role-set.js';
import { type RoleRow, roles } from '../resources/roles.js';
import { invalidParam, notFound } from '../sandbox-error.js';
import { instanceReads } from './instance-reads.js';
import { serviceSettings } from './service-settings.js';

/** A role of new organizations, given its key or id. @throws SandboxError */
function initialRole(instance: Instance, param: string, idOrKey: string): RoleRow {
  const role = instance.get(roles, idOrKey) ?? instance.one(roles, 'key', idOrKey);
  if (role === undefined) throw notFound('organization role', idOrKey);
  const set = initialRoleSet(instance);
  if (set.role_ids.includes(role.id)) return role;
  throw invalidParam(param, `The role ${role.key} is not in ${set.key}, the role set of new organizations.`);
}

export const instanceSettingsHandlers: Handlers = {
  ...instanceReads,
  ...serviceSettings,

  InstanceSettings_updateInstanceSettings: {
    status: 204,
    run: ({ instance, body }) => {
      if (typeof body.support_email === 'string' && body.support_email !== '') {
        parseIdentifier('email_address', body.support_email, 'support_email');
      }
      patchSetting(instance, instanceSettings, body);
    },
  },

  InstanceSettings_updateRestrictions: answers(({ instance, body }) => ({
    object: 'instance_restrictions',
    ...patchSetting(instance, restrictions, body as Record<string, unknown>),
  })),

  InstanceSettings_updateOrganizationSettings: answers(({ instance, body }) => {
    const modes = (body.domains_enrollment_modes ?? []) as readonly string[];
    const unknown = modes.find((mode) => !isEnrollmentMode(mode));
    if (unknown !== undefined) throw invalidParam('domains_enrollment_modes', `${unknown} is no enrollment mode.`);
    const { creator_role_id: creator, domains_default_role_id: joiner, ...rest } = body;
    const patch: Partial<RoleSetRow> = {};
    if (typeof creator === 'string') {
      const role = initialRole(instance, 'creator_role_id', creator);
      refuseForCreator(instance, role.permission_ids);
      patch.creator_role_id = role.id;
    }
    if (typeof joiner === 'string') patch.default_role_id = initialRole(instance, 'domains_default_role_id', joiner).id;
    patchSetting(instance, organizationSettings, rest);
    if (Object.keys(patch).length > 0) {
      instance.update(roleSets, initialRoleSet(instance), patch);
      keepInitial(instance);
    }
    return { object: 'organization_settings', ...instance.store.setting(organizationSettings) };
  }),
};
