import picomatch from 'picomatch';

/** The parts of an operation that a pattern can match. */
interface Named {
  readonly name: string;
  readonly group: string;
}

/** Of names and asterisks, as nearly all patterns are: a start then does without all that a glob can be. */
const PLAIN = /^[\w*]+$/;

/** Matches operations against a pattern: a name, a group (`Users`) or a glob of either (`*_revoke*`), in any case. */
export function operationMatcher(pattern: string): (operation: Named) => boolean {
  const matches = PLAIN.test(pattern) ? plainMatcher(pattern) : picomatch(pattern, { nocase: true, noextglob: true });
  return (operation) => matches(operation.name) || matches(operation.group);
}

function plainMatcher(pattern: string): (name: string) => boolean {
  const names = new RegExp(`^(?=.)${pattern.replace(/\*+/g, '[^/]*')}$`, 'i');
  return (name) => names.test(name);
}
