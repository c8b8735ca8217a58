import { type Form, type Kind, shownTypes } from './form.js';

/** What can differ in one input. */
export type FormAspect = 'missing_input' | 'extra_input' | 'required' | 'type' | 'nullable' | 'bound' | 'enum';

export interface FormDifference {
  readonly aspect: FormAspect;
  /** Where in the input: `role`, `items.[].role`, … */
  readonly at: string;
  readonly document: string;
  readonly catalog: string;
}

const NONE = 'none';
const below = (at: string, key: string): string => `${at}.${key}`;

/** Compares what the document and the catalog allow for an input. */
export function compareForms(document: Form, catalog: Form, at: string): FormDifference[] {
  const differences: FormDifference[] = [];
  if (document.nullable !== catalog.nullable) {
    const word = ({ nullable }: Form): string => (nullable ? 'may be null' : 'never null');
    differences.push({ aspect: 'nullable', at, document: word(document), catalog: word(catalog) });
  }
  const left = [...catalog.kinds];
  const unmatched: Kind[] = [];
  for (const kind of document.kinds) {
    const candidates = left
      .filter(({ type }) => type === kind.type)
      .map((other) => [other, compareKinds(kind, other, at)] as const);
    const [best] = candidates.sort(([, one], [, other]) => one.length - other.length);
    if (best === undefined) unmatched.push(kind);
    else {
      left.splice(left.indexOf(best[0]), 1);
      differences.push(...best[1]);
    }
  }
  if (unmatched.length > 0 || left.length > 0) {
    differences.push({ aspect: 'type', at, document: shownKinds(document), catalog: shownKinds(catalog) });
  }
  return differences;
}

const shownKinds = (form: Form): string => {
  const types = shownTypes({ ...form, nullable: false });
  const repeated = form.kinds.length > types.split(' or ').length;
  return `${types === '' ? 'null only' : types}${repeated ? ` (${form.kinds.length} forms)` : ''}`;
};

function compareKinds(document: Kind, catalog: Kind, at: string): FormDifference[] {
  return [
    ...compareValues(document, catalog, at),
    ...compareBounds(document, catalog, at),
    ...compareProperties(document, catalog, at),
    ...compareParts(document.others, catalog.others, below(at, '*')),
    ...compareParts(document.items, catalog.items, below(at, '[]')),
  ];
}

function compareValues(document: Kind, catalog: Kind, at: string): FormDifference[] {
  const shown = ({ values }: Kind): string => values?.join(' ') ?? NONE;
  if (shown(document) === shown(catalog)) return [];
  return [{ aspect: 'enum', at, document: shown(document), catalog: shown(catalog) }];
}

function compareBounds(document: Kind, catalog: Kind, at: string): FormDifference[] {
  const names = new Set([...document.bounds.keys(), ...catalog.bounds.keys()]);
  return [...names].flatMap((name): FormDifference[] => {
    const [one, other] = [document.bounds.get(name), catalog.bounds.get(name)];
    if (one === other) return [];
    const shown = (bound: number | undefined): string => (bound === undefined ? `no ${name}` : `${name} ${bound}`);
    return [{ aspect: 'bound', at, document: shown(one), catalog: shown(other) }];
  });
}

function compareProperties(document: Kind, catalog: Kind, at: string): FormDifference[] {
  const differences: FormDifference[] = [];
  for (const [name, { form, required }] of document.properties) {
    const other = catalog.properties.get(name);
    const where = below(at, name);
    if (other === undefined) differences.push(missingInput(where, form));
    else differences.push(...compareRequired(required, other.required, where), ...compareForms(form, other.form, where));
  }
  for (const [name, { form }] of catalog.properties) {
    if (!document.properties.has(name)) differences.push(extraInput(below(at, name), form));
  }
  return differences;
}

function compareParts(document: Form | undefined, catalog: Form | undefined, at: string): FormDifference[] {
  const anything: Form = { kinds: [{ type: 'any', bounds: new Map(), properties: new Map() }], nullable: false };
  return document === undefined && catalog === undefined ? [] : compareForms(document ?? anything, catalog ?? anything, at);
}

export const missingInput = (at: string, form: Form): FormDifference => {
  return { aspect: 'missing_input', at, document: shownTypes(form), catalog: NONE };
};

export const extraInput = (at: string, form: Form): FormDifference => {
  return { aspect: 'extra_input', at, document: NONE, catalog: shownTypes(form) };
};

export function compareRequired(document: boolean, catalog: boolean, at: string): FormDifference[] {
  const word = (required: boolean): string => (required ? 'required' : 'optional');
  return document === catalog ? [] : [{ aspect: 'required', at, document: word(document), catalog: word(catalog) }];
}
