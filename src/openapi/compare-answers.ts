import { type Form, type Kind, shownTypes } from './form.js';

/** What can differ in an answer. `answer`: whether there is one, and whether it is JSON. */
export type AnswerAspect = 'answer' | 'missing_field' | 'extra_field' | 'answer_type' | 'answer_null' | 'answer_enum';

export interface AnswerDifference {
  /** The API's name for the resource, its `object`; outside any resource, the operation. */
  readonly of: string;
  readonly aspect: AnswerAspect;
  /** Where in the resource, or in the answer: `[].verification.status`. */
  readonly at: string;
  readonly document: string;
  readonly catalog: string;
}

interface Place {
  readonly of: string;
  readonly at: string;
}

const NONE = 'none';
const below = ({ of, at }: Place, key: string): Place => ({ of, at: at === '' ? key : `${at}.${key}` });

/**
 * Compares an answer in the document with the catalog's. Where an answer may have several forms, they are taken
 * together, as they are when answers are read. Where either side says nothing, nothing differs.
 * @param resources receives the names of all resources that were compared
 */
export function compareAnswers(document: Form, catalog: Form, place: Place, resources: Set<string>): AnswerDifference[] {
  const [one, other] = [byType(document), withoutPage(byType(catalog), document)];
  if (one.has('any') || other.has('any')) return [];
  const differences: AnswerDifference[] = [];
  if (document.nullable !== catalog.nullable) {
    const word = ({ nullable }: Form): string => (nullable ? 'may be null' : 'never null');
    differences.push({ ...place, aspect: 'answer_null', document: word(document), catalog: word(catalog) });
  }
  const types = (kinds: ReadonlyMap<Kind['type'], Kind>): string => [...kinds.keys()].sort().join(' or ') || 'null only';
  if (types(one) !== types(other)) {
    differences.push({ ...place, aspect: 'answer_type', document: types(one), catalog: types(other) });
  }
  for (const [type, kind] of one) {
    const known = other.get(type);
    if (known !== undefined) differences.push(...compareKinds(kind, known, place, resources));
  }
  return differences;
}

/** Merges the kinds of each type. */
function byType({ kinds }: Form): ReadonlyMap<Kind['type'], Kind> {
  const all = new Map<Kind['type'], Kind>();
  for (const kind of kinds) {
    const known = all.get(kind.type);
    all.set(kind.type, known === undefined ? kind : together(known, kind));
  }
  return all;
}

function together(one: Kind, other: Kind): Kind {
  const properties = new Map(one.properties);
  for (const [name, { form, required }] of other.properties) {
    const known = properties.get(name);
    properties.set(name, {
      form: known === undefined ? form : both(known.form, form),
      required: known !== undefined && required,
    });
  }
  for (const [name, { form }] of one.properties) if (!other.properties.has(name)) properties.set(name, { form, required: false });
  const { type, values, items = other.items, others = other.others } = one;
  return {
    type,
    bounds: new Map(),
    properties,
    ...(values !== undefined && other.values !== undefined && { values: [...new Set([...values, ...other.values])].sort() }),
    ...(items !== undefined && { items: other.items === undefined ? items : both(items, other.items) }),
    ...(others !== undefined && { others }),
  };
}

const both = (one: Form, other: Form): Form => ({
  kinds: [...one.kinds, ...other.kinds],
  nullable: one.nullable || other.nullable,
});

/** With `paginated=true`, lists that Clerk documents as arrays are pages, which its documents do not mention. */
function withoutPage(catalog: ReadonlyMap<Kind['type'], Kind>, { kinds }: Form): ReadonlyMap<Kind['type'], Kind> {
  const isPage = catalog.get('array') !== undefined && catalog.get('object')?.properties.has('total_count') === true;
  if (!isPage || kinds.some(({ type }) => type === 'object')) return catalog;
  return new Map([...catalog].filter(([type]) => type !== 'object'));
}

function compareKinds(document: Kind, catalog: Kind, place: Place, resources: Set<string>): AnswerDifference[] {
  const differences = compareValues(document, catalog, place);
  if (document.items !== undefined && catalog.items !== undefined) {
    differences.push(...compareAnswers(document.items, catalog.items, below(place, '[]'), resources));
  }
  if (document.others !== undefined && catalog.others !== undefined) {
    differences.push(...compareAnswers(document.others, catalog.others, below(place, '*'), resources));
  }
  if (document.properties.size > 0) {
    const where = inside(document, catalog, place);
    resources.add(where.of);
    differences.push(...compareFields(document, catalog, where, resources));
  }
  return differences;
}

/** Within a resource that both sides name alike, places are relative to it, since it differs wherever it occurs. */
function inside(document: Kind, catalog: Kind, place: Place): Place {
  const [one, other] = [nameOf(document), nameOf(catalog)];
  return one === undefined || one !== other ? place : { of: one, at: '' };
}

function nameOf({ properties }: Kind): string | undefined {
  const values = properties.get('object')?.form.kinds[0]?.values;
  return values?.length === 1 ? (JSON.parse(values[0] as string) as string) : undefined;
}

function compareFields(document: Kind, catalog: Kind, place: Place, resources: Set<string>): AnswerDifference[] {
  const differences: AnswerDifference[] = [];
  for (const [name, { form }] of document.properties) {
    const other = catalog.properties.get(name);
    const where = below(place, name);
    if (other !== undefined) differences.push(...compareAnswers(form, other.form, where, resources));
    else differences.push({ ...where, aspect: 'missing_field', document: shownTypes(form), catalog: NONE });
  }
  // An optional field may come only with other operations or versions.
  for (const [name, { form, required }] of catalog.properties) {
    if (!required || document.properties.has(name)) continue;
    differences.push({ ...below(place, name), aspect: 'extra_field', document: NONE, catalog: shownTypes(form) });
  }
  return differences;
}

/** Values that the catalog does not know. Where it lists none, it allows all. */
function compareValues(document: Kind, catalog: Kind, place: Place): AnswerDifference[] {
  const { values } = catalog;
  const unknown = values === undefined ? undefined : document.values?.filter((value) => !values.includes(value));
  if (values === undefined || unknown === undefined || unknown.length === 0) return [];
  return [{ ...place, aspect: 'answer_enum', document: unknown.join(' '), catalog: values.join(' ') }];
}
