import type { Operation } from '../src/catalog/operation.js';
import type { Condition, CurrentRole, Raise, Test } from '../src/catalog/operation-types.js';
import { operations } from '../tools/index.js';

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function testInWords(test: Test): string {
  if (typeof test === 'boolean') return `is ${test}`;
  if (typeof test === 'object') return 'oneOf' in test ? `is ${test.oneOf.join(' or ')}` : `matches ${code(test.matches)}`;
  switch (test) {
    case 'given':
      return 'is given';
    case 'filled':
      return 'is given and not empty';
    case 'blank':
      return 'is null or blank';
    case 'unless false':
      return 'is anything but false, left out too';
    case 'several':
      return 'hold more than one value together';
    case 'grants':
      return 'holds a key that grants';
    case 'administers':
      return 'is a role that administers';
  }
}

function conditionInWords(condition: Condition | CurrentRole): string {
  if ('currentRole' in condition) return 'the role held now administers';
  return `${[condition.input].flat().map(code).join(' or ')} ${testInWords(condition.is)}`;
}

function raiseInWords({ when, risk }: Raise): string {
  if (when === undefined) return `${risk}: always`;
  const conditions = 'length' in when ? when : [when];
  return `${risk}: ${conditions.map(conditionInWords).join(' and ')}`;
}

function rowOf({ name, gate, spec, raises }: Operation): string {
  const own = spec.risk === 'read' || spec.risk === 'write' ? [] : [`${spec.risk}: always`];
  return row([
    code(name),
    spec.defensive === true ? `${spec.risk}, defensive` : spec.risk,
    gate,
    [...own, ...raises.map(raiseInWords)].join('<br>'),
  ]);
}

const counted = (gate: Operation['gate']): number => operations.filter((operation) => operation.gate === gate).length;

function leftBehind(): string[] {
  const rows = operations.flatMap(({ name, spec: { leaves = [] } }) =>
    leaves.map(({ what, by }) => row([code(name), what, code(by)])),
  );
  return [
    'What operations leave behind:',
    '',
    row(['tool', 'what stays', 'removed or ended by']),
    row(['---', '---', '---']),
    ...rows,
  ];
}

function table(): string {
  const summary = `${operations.length} operations: ${counted('always')} always wait for a confirmation, ${counted('sometimes')} for some calls, ${counted('never')} never.`;
  const head = [row(['tool', 'risk', 'gated', 'which calls']), row(['---', '---', '---', '---'])];
  return [summary, '', ...head, ...operations.map(rowOf), '', ...leftBehind()].join('\n');
}

/** The page with its table as the catalog has it now. */
export function renderRisks(page: string): string {
  const place = /(<!-- risks:begin -->\n)[\s\S]*?(<!-- risks:end -->)/;
  if (!place.test(page)) throw new Error('docs/risks.md has no place for the table');
  return page.replace(place, (_, begin: string, end: string) => `${begin}${table()}\n${end}`);
}
