import { patchSetting } from '../domain/patch-setting.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { communication, oauthSettings, protect } from '../resources/instance-settings.js';
import { noScope, unknownScope } from '../resources/oauth-scopes.js';
import { isSmsCountry } from '../resources/sms-countries.js';
import { invalidParam, refuseParam } from '../sandbox-error.js';
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

export const serviceSettings: Handlers = {
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
};
