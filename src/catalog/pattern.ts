import picomatch from 'picomatch';

/** The parts of an operation that a pattern can match. */
interface Named {
  readonly name: string;
  readonly group: string;
}

/** Matches operations against a pattern: a name, a group (`Users`) or a glob of either (`*_revoke*`), in any case. */
export function operationMatcher(pattern: string): (operation: Named) => boolean {
  const matches = picomatch(pattern, { nocase: true, noextglob: true });
  return (operation) => matches(operation.name) || matches(operation.group);
}
