import { notFound, refuseParam } from '../errors.js';
import type { Instance } from '../instance.js';
import type { Setting } from '../resource.js';
import { roles } from '../resources/roles.js';
import {
  instanceSettings,
  isEnrollmentMode,
  organizationSettings,
  organizationSettingsShape,
  restrictions,
  restrictionsShape,
} from '../resources/settings.js';
import { answers, type Room } from '../rule.js';
import { parseIdentifier } from '../rules/identifiers.js';

/** Keeps what was given of the setting's own fields; null leaves a field as it is. */
export function patchSetting<T extends object>(
  instance: Instance,
  setting: Setting<T>,
  body: Readonly<Record<string, unknown>>,
): Readonly<T> {
  const known = instance.store.setting(setting);
  const given = Object.entries(body).filter(
    ([name, value]) => Object.hasOwn(known, name) && value !== null && value !== undefined,
  );
  return instance.store.set(setting, Object.fromEntries(given) as Partial<T>);
}

/** The key of a role, given its key or id. */
function roleKey(idOrKey: string): string {
  const found = Object.entries(roles).find(([key, role]) => key === idOrKey || role.id === idOrKey);
  if (found === undefined) throw notFound('organization role', idOrKey);
  return found[0];
}

export const instanceSettingsRoom: Room = {
  InstanceSettings_updateInstanceSettings: {
    status: 204,
    answers: null,
    run: ({ instance, body }) => {
      if (typeof body.support_email === 'string' && body.support_email !== '') {
        parseIdentifier('email_address', body.support_email, 'support_email');
      }
      patchSetting(instance, instanceSettings, body);
    },
  },

  InstanceSettings_updateRestrictions: answers(restrictionsShape, ({ instance, body }) => ({
    object: 'instance_restrictions',
    ...patchSetting(instance, restrictions, body as Record<string, unknown>),
  })),

  InstanceSettings_updateOrganizationSettings: answers<Record<string, unknown>>(
    organizationSettingsShape,
    ({ instance, body }) => {
      const modes = (body.domains_enrollment_modes ?? []) as readonly string[];
      const unknown = modes.find((mode) => !isEnrollmentMode(mode));
      if (unknown !== undefined) {
        const why = `${unknown} is no enrollment mode.`;
        throw refuseParam('form_param_value_invalid', 'domains_enrollment_modes', 'is invalid', why);
      }
      const { creator_role_id: creator, domains_default_role_id: joiner, ...rest } = body;
      const settings = patchSetting(instance, organizationSettings, {
        ...rest,
        ...(typeof creator === 'string' ? { creator_role: roleKey(creator) } : {}),
        ...(typeof joiner === 'string' ? { domains_default_role: roleKey(joiner) } : {}),
      });
      return { object: 'organization_settings', ...settings };
    },
  ),
};
