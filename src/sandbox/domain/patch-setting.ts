import type { Instance } from '../instance.js';
import type { Setting } from '../table.js';

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
