/** What tells files apart, as `stat` with `bigint` has it: a number cannot hold the ids of Windows exactly. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * Whether two looks were at one file, of which one may be through a handle and the other by name. Some versions of Node on
 * Windows tell the volume differently in these two, so there the file's id alone counts.
 */
export const isSameFile = (one: FileIdentity, other: FileIdentity, platform: NodeJS.Platform = process.platform): boolean =>
  one.ino === other.ino && (platform === 'win32' || one.dev === other.dev);
