import picomatch from 'picomatch';

/** What a pattern looks at. */
interface Named {
  readonly name: string;
  readonly group: string;
}

/** Tells which operations a pattern means: a name, a group (`Users`) or a glob of either (`*_revoke*`), in any case. */
export function operationMatcher(pattern: string): (operation: Named) => boolean {
  const matches = picomatch(pattern, { nocase: true, noextglob: true });
  return (operation) => matches(operation.name) || matches(operation.group);
}
