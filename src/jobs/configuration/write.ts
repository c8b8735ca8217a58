import { Document, isMap, isScalar, type Pair } from 'yaml';
import { isRecord } from '../../platform/is-record.js';
import { plain } from '../../platform/plain-text.js';
import { FORM_VERSION, VERSION_KEY } from './parse.js';
import { type Configuration, ONLY_WRITTEN_IN_WORDS, type Section, type SectionName, sectionOf, THE_ONE } from './sections.js';

const KEY_IS_ELSEWHERE = ' Clerk does not return it: apply takes it from this variable of the environment, or from a file';

const TITLE = 'Configuration of a Clerk instance, without ids, times and secrets.';

/**
 * A configuration as YAML. Equal configurations make equal texts.
 * @param unread sections that could not be read, with the reason
 */
export function configurationText(configuration: Configuration, unread: ReadonlyMap<SectionName, string>): string {
  const document = new Document(
    {
      [VERSION_KEY]: FORM_VERSION,
      ...Object.fromEntries([...configuration].map(([name, section]) => [name, plainSection(name, section)])),
    },
    { aliasDuplicateObjects: false },
  );
  document.commentBefore = [
    TITLE,
    'What a file leaves out stays as it is: a section, or a field. clerk-mcp config diff compares, config apply changes.',
    ...wrapped(`Not in the file, since Clerk's API changes them but does not return them: ${ONLY_WRITTEN_IN_WORDS}.`),
    ...[...unread].map(([name, why]) => `Not read: ${name}: ${plain(why, 160)}`),
  ]
    .map((line) => ` ${line}`)
    .join('\n');
  const { contents } = document;
  if (isMap(contents)) {
    for (const pair of contents.items.slice(1)) spaceBefore(pair);
    markKeys(contents.get('jwt_templates'));
  }
  return document.toString({ lineWidth: 0 });
}

function plainSection(name: SectionName, section: Section): unknown {
  const { kind, fields } = sectionOf(name);
  if (kind === 'list') return [...section.keys()].sort();
  const inOrder = (values: Readonly<Record<string, unknown>>): unknown =>
    Object.fromEntries(Object.keys(fields).flatMap((field) => (field in values ? [[field, stable(values[field])]] : [])));
  if (kind === 'settings') return inOrder(section.get(THE_ONE) ?? {});
  return Object.fromEntries(
    [...section].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, values]) => [key, inOrder(values)]),
  );
}

/** Objects with their keys in order; a JSON object has none of its own. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, stable(value[key])]),
  );
}

function spaceBefore({ key }: Pair): void {
  if (isScalar(key)) key.spaceBefore = true;
}

/** Says of a signing key, where one belongs, why it is not there. */
function markKeys(templates: unknown): void {
  if (!isMap(templates)) return;
  for (const { value: template } of templates.items) {
    const key: unknown = isMap(template) ? template.get('signing_key', true) : undefined;
    if (!isMap(key)) continue;
    key.flow = true;
    key.comment = KEY_IS_ELSEWHERE;
  }
}

const WIDEST = 118;

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDEST) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
