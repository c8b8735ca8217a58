import { authentication } from '../domain/authentication.js';
import { patchSetting } from '../domain/patch-setting.js';
import type { Instance } from '../instance.js';
import { organizationSettings, restrictions } from '../resources/instance-settings.js';
import type { SeedSettings } from './description.js';

/** Sets what the seed chooses about the instance; all else stays as in a new one. */
export function applySettings(instance: Instance, { organizations, restrictions: limits, ...chosen }: SeedSettings): void {
  patchSetting(instance, authentication, chosen);
  patchSetting(instance, organizationSettings, organizations ?? {});
  patchSetting(instance, restrictions, limits ?? {});
}
