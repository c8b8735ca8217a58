import type { Catalog } from '../../catalog/catalog.js';
import { DISCOVERY_NAMES } from '../../catalog/discovery-names.js';
import { among, type ExposureOptions, expose } from '../../catalog/exposure.js';
import { PROFILE_NAMES, type ProfileName } from '../../catalog/profiles.js';
import { type Client, ClientConfigError } from './mcp-client.js';

/** What would be listed: all that is offered, or what finds it. */
function listedNames(catalog: Catalog, settings: ExposureOptions): string[] {
  const offered = [...expose(catalog, settings).values()];
  if (settings.discovery !== true) return offered.map(({ name }) => name);
  return [...DISCOVERY_NAMES, ...offered.filter(({ isJob }) => isJob).map(({ name }) => name)];
}

/** Too many tools for the client, and what would be few enough. */
export interface TooMany {
  readonly listed: number;
  readonly most: number;
  /** Profiles that the client has room for. */
  readonly profiles: readonly ProfileName[];
}

/** Whether more would be listed than the client takes of all servers together; undefined where it has room. */
export function tooMany(client: Client, catalog: Catalog, settings: ExposureOptions): TooMany | undefined {
  const most = client.limits?.tools;
  if (most === undefined) return undefined;
  const listed = listedNames(catalog, settings).length;
  if (listed <= most) return undefined;
  const profiles = PROFILE_NAMES.filter((profile) => among(catalog, { ...settings, profile }).length <= most);
  return { listed, most, profiles };
}

/** At least so much of a name must be left to tell one entry from another. */
const SHORTEST = 3;

/**
 * The name, or as much of it as the client has room for before the longest tool's own.
 * @throws ClientConfigError where there is none for any
 */
export function fittingName(client: Client, name: string, catalog: Catalog, settings: ExposureOptions): string {
  const limit = client.limits?.name;
  if (limit === undefined) return name;
  const longest = Math.max(...listedNames(catalog, settings).map(({ length }) => length));
  const room = limit.most - limit.before.length - limit.between.length - longest;
  if (name.length <= room) return name;
  const short = name.slice(0, Math.max(room, 0)).replace(/[-_]+$/, '');
  if (short.length < SHORTEST)
    throw new ClientConfigError(
      `${client.label} takes full names of at most ${limit.most} characters, which leaves no room here. Offer other tools`,
    );
  return short;
}
