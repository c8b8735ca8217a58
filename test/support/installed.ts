import { spawnSync } from 'node:child_process';

/** Where everything must be tested, a program that is not installed is a failure. */
const FORCED = process.env.REQUIRE_ALL_TESTS === '1';

/** Where programs for administrators are, which not everybody's PATH has. */
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

export interface Installed {
  /** The first of the names that can be run here. @throws where none can */
  readonly program: () => string;
  /** Whether tests that need it are left out. */
  readonly isLeftOut: boolean;
}

/**
 * A program of the system that some tests need. They are left out, and that is said, where it is not installed.
 * @param names any of which will do
 * @param versionFlag what makes it tell its version and end
 */
export function installed(names: readonly string[], versionFlag: string): Installed {
  const found = names.find((name) => spawnSync(name, [versionFlag], { env: { PATH } }).status === 0);
  const isLeftOut = found === undefined && !FORCED;
  if (isLeftOut) process.stderr.write(`Left out: tests that need ${names.join(' or ')}, which is not installed.\n`);
  return {
    isLeftOut,
    program: () => {
      if (found === undefined) throw new Error(`not installed: ${names.join(' or ')}`);
      return found;
    },
  };
}

/** For running what {@link installed} has found. */
export const systemEnv = { PATH };
