/** `{{…}}` around an expression. A text literal in it may hold anything but a quote. */
const SHORTCODE = /\{\{((?:'[^']*'|[^'{}])*)\}\}/g;
const WHOLE = new RegExp(`^${SHORTCODE.source}$`);
const LITERAL_OR_OR = /('[^']*'|\|\|)/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
]);

/** What shortcodes may name: `user.id` is `values.user.id`. */
export type ShortcodeValues = Readonly<Record<string, unknown>>;

/**
 * A template's JSON with its shortcodes replaced, at every depth. A text that is one shortcode and nothing else becomes the
 * value itself, of whatever type; within a longer text the value is written out. What is not known is null.
 */
export function fillShortcodes(template: unknown, values: ShortcodeValues): unknown {
  if (typeof template === 'string') return fillText(template, values);
  if (Array.isArray(template)) return template.map((element) => fillShortcodes(element, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillShortcodes(value, values)]));
}

function fillText(text: string, values: ShortcodeValues): unknown {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return evaluate(whole, values);
  return text.replace(SHORTCODE, (_, expression: string) => written(evaluate(expression, values)));
}

const written = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The first operand of `a || b || c` that is neither null nor false, or else the last. */
function evaluate(expression: string, values: ShortcodeValues): unknown {
  let value: unknown = null;
  for (const operand of operandsOf(expression)) {
    value = operandValue(operand.trim(), values);
    if (value !== null && value !== false) break;
  }
  return value;
}

function operandsOf(expression: string): string[] {
  const operands: string[] = [];
  let operand = '';
  for (const part of expression.split(LITERAL_OR_OR)) {
    if (part !== '||') operand += part;
    else {
      operands.push(operand);
      operand = '';
    }
  }
  return [...operands, operand];
}

function operandValue(operand: string, values: ShortcodeValues): unknown {
  if (operand.startsWith("'")) return operand.slice(1, -1);
  if (NUMBER.test(operand)) return Number(operand);
  return CONSTANTS.has(operand) ? CONSTANTS.get(operand) : lookUp(operand.split('.'), values);
}

/** The value at the end of a path. Only what a value itself has counts, never what it inherits. */
function lookUp(path: readonly string[], values: ShortcodeValues): unknown {
  let value: unknown = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return value ?? null;
}
