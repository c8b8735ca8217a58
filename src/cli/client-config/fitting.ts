import type { Catalog } from '../../catalog/catalog.js';
import { DISCOVERY_NAMES } from '../../catalog/discovery-names.js';
import { among, type ExposureOptions, expose } from '../../catalog/exposure.js';
import { PROFILE_NAMES, type ProfileName } from '../../catalog/profiles.js';
import { type Client, ClientConfigError } from './mcp-client.js';

/** The tools that would be listed: everything offered, or the discovery tools and the jobs. */
function listedNames(catalog: Catalog, settings: ExposureOptions): string[] {
  const offered = [...expose(catalog, settings).values()];
  if (settings.discovery !== true) return offered.map(({ name }) => name);
  return [...DISCOVERY_NAMES, ...offered.filter(({ isJob }) => isJob).map(({ name }) => name)];
}

/** There are too many tools for the client; says which profiles would fit. */
export interface TooMany {
  readonly listed: number;
  readonly most: number;
  /** Profiles that the client has room for. */
  readonly profiles: readonly ProfileName[];
}

/** Says so if more tools would be listed than the client takes from all servers together; undefined where it has room. */
export function tooMany(client: Client, catalog: Catalog, settings: ExposureOptions): TooMany | undefined {
  const most = client.limits?.tools;
  if (most === undefined) return undefined;
  const listed = listedNames(catalog, settings).length;
  if (listed <= most) return undefined;
  const profiles = PROFILE_NAMES.filter((profile) => among(catalog, { ...settings, profile }).length <= most);
  return { listed, most, profiles };
}

/** A shorter name would not tell one entry from another. */
const SHORTEST = 3;

/**
 * The name, cut to what the client has room for in front of the longest tool name.
 * @throws ClientConfigError where there is no room for any name
 */
export function fittingName(client: Client, name: string, catalog: Catalog, settings: ExposureOptions): string {
  const limit = client.limits?.name;
  if (limit === undefined) return name;
  const longest = Math.max(...listedNames(catalog, settings).map(({ length }) => length));
  const room = limit.most - limit.before.length - limit.between.length - longest;
  if (name.length <= room) return name;
  const short = name.slice(0, Math.max(room, 0)).replace(/[-_]{1,9}$/, '');
  if (short.length < SHORTEST)
    throw new ClientConfigError(
      `${client.label} takes full names of at most ${limit.most} characters, which leaves no room here. Offer other tools`,
    );
  return short;
}
