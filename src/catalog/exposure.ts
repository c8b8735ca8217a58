import { UserError } from '../platform/user-error.js';
import type { Catalog } from './catalog.js';
import { didYouMean } from './nearest.js';
import type { Operation } from './operation.js';
import { operationMatcher } from './pattern.js';
import { PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from './profiles.js';

export interface ExposureOptions {
  /**
   * Names, groups (`Users`) or globs (`*_revoke*`). Default: all operations except superseded ones. Jobs are always
   * offered, since they do nothing that the other tools cannot do.
   */
  readonly tools?: readonly string[] | undefined;
  /** In the same forms; wins over `tools`. */
  readonly exclude?: readonly string[] | undefined;
  /** Groups, in any case. */
  readonly toolsets?: readonly string[] | undefined;
  /** Several add up. */
  readonly profile?: ProfileName | readonly ProfileName[] | undefined;
  /** Only operations of risk `read`; wins over both. */
  readonly readOnly?: boolean | undefined;
  /** With it, `tools` does not restrict the offer: it picks what is listed beside the discovery tools. */
  readonly discovery?: boolean | undefined;
}

/** A pattern that matches no operation: most likely a typo, which would leave open what was meant to be closed. */
export class PatternError extends UserError {
  override readonly name = 'PatternError';
}

/**
 * The operations on offer: what tools, toolsets and profiles pick, added up. Anything else can be neither listed nor
 * called.
 * @throws PatternError where a pattern matches nothing, or nothing is left.
 */
export function expose(catalog: Catalog, options: ExposureOptions): ReadonlyMap<string, Operation> {
  const offered = among(catalog, options);
  if (offered.every((operation) => operation.isJob))
    throw new PatternError('No tool is left to offer: --tools, --toolsets, --profile, --exclude and --read-only leave none.');
  return new Map(offered.map((operation) => [operation.name, operation]));
}

/**
 * The operations that the options pick; possibly none.
 * @throws PatternError where a pattern matches nothing.
 */
export function among(catalog: Catalog, options: ExposureOptions): readonly Operation[] {
  const profiles: readonly Profile[] = [options.profile ?? []].flat().map((name) => PROFILES[name]);
  const picks = [
    ...(options.tools ? [matchPatterns(catalog, options.tools)] : []),
    ...(options.toolsets ? [matchGroups(catalog, options.toolsets)] : []),
    ...profiles.map((profile) => ofProfile(catalog, profile)),
  ];
  const included = new Set(picks.flatMap((pick) => [...pick]));
  const isNarrowed = picks.length > (options.discovery && options.tools ? 1 : 0);
  const excluded = matchPatterns(catalog, options.exclude ?? []);
  return catalog.operations.filter(
    (operation) =>
      (included.has(operation) || (isNarrowed ? operation.isJob : !operation.superseded)) &&
      !excluded.has(operation) &&
      (options.readOnly !== true || operation.risk === 'read'),
  );
}

/** The operations of a profile, without those that it excludes. */
function ofProfile(catalog: Catalog, profile: Profile): ReadonlySet<Operation> {
  const excluded = matchPatterns(catalog, profile.exclude ?? []);
  const picked = [...matchPatterns(catalog, profile.tools)];
  return new Set(
    picked.filter(
      (operation) =>
        !excluded.has(operation) &&
        (profile.superseded === true || !operation.superseded) &&
        (profile.readOnly !== true || operation.risk === 'read'),
    ),
  );
}

/** A sentence for the caller: which flags would offer an operation that these settings leave out. */
export function howToOffer(catalog: Catalog, offered: Iterable<Operation>, { name, risk, superseded, spec }: Operation): string {
  if (superseded && spec.deprecated !== undefined) return `${spec.deprecated} --profile everything offers it all the same.`;
  if (risk !== 'read' && [...offered].every((operation) => operation.risk === 'read' || operation.isJob))
    return 'This server was started to read only.';
  const profiles = PROFILE_NAMES.filter((profile) => !(PROFILES[profile].tools as readonly string[]).includes('*'))
    .map((profile) => ({ profile, picked: ofProfile(catalog, PROFILES[profile]) }))
    .filter(({ picked }) => [...picked].some((operation) => operation.name === name))
    .sort((a, b) => a.picked.size - b.picked.size)
    .map(({ profile }) => `--profile ${profile}`);
  return `The server would have to be started with ${[...profiles.slice(0, 2), `--tools ${name}`].join(', or ')}.`;
}

function matchGroups(catalog: Catalog, names: readonly string[]): ReadonlySet<Operation> {
  const { groups } = catalog;
  const wanted = names.map((name) => {
    const group = groups.find((known) => known.toLowerCase() === name.toLowerCase());
    if (group === undefined) throw new PatternError(`No group is named ${JSON.stringify(name)}.${didYouMean(name, groups)}`);
    return group;
  });
  return new Set(catalog.operations.filter((operation) => wanted.includes(operation.group)));
}

/**
 * The operations that match any of the patterns.
 * @throws PatternError for a pattern that matches nothing.
 */
export function matchPatterns(catalog: Catalog, patterns: readonly string[]): ReadonlySet<Operation> {
  const matched = new Set<Operation>();
  for (const pattern of patterns) {
    const matches = operationMatcher(pattern);
    const found = catalog.operations.filter(matches);
    if (found.length === 0) {
      const names = [...catalog.groups, ...catalog.operations.map((operation) => operation.name)];
      throw new PatternError(`No tool or group matches ${JSON.stringify(pattern)}.${didYouMean(pattern, names)}`);
    }
    for (const operation of found) matched.add(operation);
  }
  return matched;
}
