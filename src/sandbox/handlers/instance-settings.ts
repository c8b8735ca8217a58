import { parseIdentifier } from '../domain/identifiers.js';
import { patchSetting } from '../domain/patch-setting.js';
import { initialRoleSet, keepInitial } from '../domain/role-sets.js';
import { refuseForCreator } from '../domain/roles.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import {
  authentication,
  communication,
  instanceSettings,
  isEnrollmentMode,
  oauthSettings,
  organizationSettings,
  protect,
  restrictions,
} from '../resources/instance-settings.js';
import { noScope, unknownScope } from '../resources/oauth-scopes.js';
import { type RoleSetRow, roleSets } from '../resources/role-set.js';
import { type RoleRow, roles } from '../resources/roles.js';
import { isSmsCountry } from '../resources/sms-countries.js';
import { invalidParam, notFound, refuseParam } from '../sandbox-error.js';
import type { Setting } from '../table.js';

const shown = <T extends object>(instance: Instance, setting: Setting<T>): object => ({
  object: setting.name,
  ...instance.store.setting(setting),
});

/** @throws SandboxError when a list that must not repeat itself does. */
function refuseRepeated(param: string, values: readonly string[]): void {
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw refuseParam('form_param_duplicate', param, 'is given twice', `${param} has ${twice} twice.`);
}

/** The list is replaced whole; countries that no messages go to anyway are left out without a word. */
function updateCommunication(
  instance: Instance,
  { blocked_country_codes: codes }: BodyOf<'InstanceSettings_updateCommunication'>,
): void {
  if (codes === undefined || codes === null) return;
  refuseRepeated('blocked_country_codes', codes);
  instance.store.set(communication, { blocked_country_codes: codes.filter(isSmsCountry) });
}

function updateOAuth(instance: Instance, body: BodyOf<'InstanceSettings_updateOAuthApplicationSettings'>): void {
  const { default_scopes: scopes } = body;
  if (Array.isArray(scopes)) {
    refuseRepeated('default_scopes', scopes);
    const unknown = unknownScope(scopes);
    if (unknown !== undefined) throw invalidParam('default_scopes', noScope(unknown));
  }
  patchSetting(instance, oauthSettings, body);
  // Elsewhere null leaves a field as it is; here it takes Clerk's own scopes back.
  if (scopes === null) instance.store.set(oauthSettings, { default_scopes: null });
}

/** A role of new organizations, given its key or id. @throws SandboxError */
function initialRole(instance: Instance, param: string, idOrKey: string): RoleRow {
  const role = instance.get(roles, idOrKey) ?? instance.one(roles, 'key', idOrKey);
  if (role === undefined) throw notFound('organization role', idOrKey);
  const set = initialRoleSet(instance);
  if (set.role_ids.includes(role.id)) return role;
  throw invalidParam(param, `The role ${role.key} is not in ${set.key}, the role set of new organizations.`);
}

export const instanceSettingsHandlers: Handlers = {
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

  InstanceSettings_getCommunication: answers(({ instance }) => shown(instance, communication)),
  InstanceSettings_updateCommunication: answers(({ instance, body }) => {
    updateCommunication(instance, body);
    return shown(instance, communication);
  }),

  InstanceSettings_getOAuthApplicationSettings: answers(({ instance }) => shown(instance, oauthSettings)),
  InstanceSettings_updateOAuthApplicationSettings: answers(({ instance, body }) => {
    updateOAuth(instance, body);
    return shown(instance, oauthSettings);
  }),

  InstanceSettings_getProtect: answers(({ instance }) => shown(instance, protect)),
  InstanceSettings_updateProtect: answers(({ instance, body }) => {
    patchSetting(instance, protect, body);
    return shown(instance, protect);
  }),

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
