import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import type { Operation } from '../../src/catalog/operation.js';
import type { Condition, CurrentRole } from '../../src/catalog/operation-types.js';
import { conditionsOf, inputsOf } from '../../src/policy/rules/risk.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);

/** Every fault of every operation, so that one run shows them all. */
const faultsOf = (check: (operation: Operation) => (string | false)[]): string[] =>
  operations.flatMap((operation) =>
    check(operation)
      .filter((fault) => fault !== false)
      .map((fault) => `${operation.name}: ${fault}`),
  );

const placeholdersOf = (text: string): string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');

const pathInputsOf = (operation: Operation): string[] =>
  [...operation.places].filter(([, place]) => place === 'path').map(([name]) => name);

const firstInputsOf = (condition: Condition | CurrentRole): string[] =>
  'currentRole' in condition
    ? Object.values(condition.currentRole)
    : inputsOf(condition).map((path) => path.split('.')[0] ?? path);

const unknownInputs = (operation: Operation, names: Iterable<string>, use: string): string[] =>
  [...names]
    .filter((name) => !operation.places.has(name))
    .map((name) => `${use} has ${name}, which is no input of ${operation.name}`);

/** What is wrong with a lookup that hands `given` to the operation `read`. */
function lookupFaults(read: string, given: readonly string[], use: string): string[] {
  const found = catalog.find(read);
  if (found === undefined) return [`${use} reads ${read}, which does not exist`];
  const required = (found.tool.inputSchema.required ?? []) as string[];
  return [
    ...(found.risk === 'read' ? [] : [`${use} reads ${read}, whose risk is ${found.risk}`]),
    ...unknownInputs(found, given, use),
    ...required.filter((name) => !given.includes(name)).map((name) => `${use} leaves out ${name} of ${read}`),
  ];
}

/** Words of the form `Group_action`, wherever a model reads them. */
function toolsNamedBy({ spec, tool }: Operation): string[] {
  const prose = JSON.stringify([spec.title, tool.description, spec.effect, spec.raises, tool.inputSchema]);
  return [...prose.matchAll(/\b[A-Z][A-Za-z0-9]+_[a-z]\w*/g)].map(([name]) => name);
}

/** What is wrong with how an operation is said to be taken back. */
function undoFaults({ spec, risk, places }: Operation): string[] {
  const { undo } = spec;
  if (risk === 'read') return undo === undefined ? [] : ['reads, and says how it is taken back'];
  if (undo === undefined) return ['does not say whether it can be taken back'];
  if ('never' in undo) return /^[a-z]|^Clerk /.test(undo.never) && !undo.never.endsWith('.') ? [] : ['says no clause'];
  const back = catalog.find(undo.by);
  if (back === undefined) return [`is taken back by ${undo.by}, which does not exist`];
  const given = Object.keys(undo.with);
  const required = (back.tool.inputSchema.required ?? []) as string[];
  const reading = undo.read && lookupFaults(undo.read.read, Object.keys(undo.read.with), 'taking it back');
  const inputs = JSON.stringify([undo.with, undo.read?.with]).matchAll(/"\{(\w+)\}"/g);
  const named = [...inputs].map(([, name = '']) => name);
  return [
    ...unknownInputs(back, given, 'taking it back'),
    ...(undo.restores === undefined ? required.filter((name) => !given.includes(name)) : []),
    ...(undo.restores !== undefined && undo.by !== spec.name ? ['puts values back by another operation'] : []),
    ...named.filter((name) => !places.has(name)).map((name) => `${name} is no input`),
    ...(undo.unread ?? []).filter((name) => !places.has(name)).map((name) => `${name} is no input`),
    ...Object.keys(undo.stands ?? {}).filter((name) => !places.has(name)),
    ...(reading ?? []),
  ];
}

describe('every operation', () => {
  it('says whether and how it is taken back', () => {
    expect(faultsOf(undoFaults)).toEqual([]);
  });

  it('has a title and a description', () => {
    const blank = (text: string): boolean => text.trim() === '' || text !== text.trim();
    const faults = faultsOf(({ spec }) => [
      blank(spec.title) && 'no title, or spaces around it',
      blank(spec.description) && 'no description, or spaces around it',
      spec.deprecated !== undefined && blank(spec.deprecated) && 'deprecated without saying what to use',
    ]);
    expect(faults).toEqual([]);
  });

  it('takes exactly the placeholders of its path, all required', () => {
    const faults = faultsOf((operation) => {
      const wanted = placeholdersOf(operation.path).join();
      const given = pathInputsOf(operation);
      const required = (operation.tool.inputSchema.required ?? []) as string[];
      return [
        wanted !== given.join() && `path wants ${wanted}, inputs are ${given.join()}`,
        ...given.filter((name) => !required.includes(name)).map((name) => `path input ${name} is optional`),
      ];
    });
    expect(faults).toEqual([]);
  });

  it('names only tools that exist, and not itself', () => {
    const faults = faultsOf((operation) =>
      toolsNamedBy(operation).map(
        (name) =>
          (catalog.find(name) === undefined && `names ${name}, which does not exist`) ||
          (name === operation.name && 'sends the model to itself'),
      ),
    );
    expect(faults).toEqual([]);
  });

  it('if deprecated, sends nobody to another deprecated one', () => {
    const faults = faultsOf(({ spec }) =>
      [...catalog.operations]
        .filter((other) => other.spec.deprecated !== undefined && spec.deprecated?.includes(other.name))
        .map((other) => `deprecated in favour of ${other.name}, which is deprecated too`),
    );
    expect(faults).toEqual([]);
  });

  it('lists only its own inputs', () => {
    const faults = faultsOf((operation) => {
      const { secrets, commaSeparated, needsOneOf, bulk } = operation.spec;
      const conditions = operation.raises
        .flatMap(({ when }) => conditionsOf(when).flatMap(firstInputsOf))
        .filter((name) => name !== 'fields' || !operation.takesFields);
      return [
        ...unknownInputs(operation, secrets ?? [], 'secrets'),
        ...unknownInputs(operation, needsOneOf ?? [], 'needsOneOf'),
        ...unknownInputs(operation, conditions, 'a condition of its risk'),
        ...unknownInputs(operation, operation.spec.guesses === undefined ? [] : [operation.spec.guesses], 'guesses'),
        ...unknownInputs(operation, bulk === undefined ? [] : [bulk], 'bulk'),
        ...(commaSeparated ?? [])
          .filter((name) => operation.places.get(name) !== 'query')
          .map((name) => `commaSeparated has ${name}, which is no query input`),
      ];
    });
    expect(faults).toEqual([]);
  });

  it('counts as bulk only an array', () => {
    const faults = faultsOf(({ spec, tool }) => {
      const inputs = (tool.inputSchema.properties ?? {}) as Record<string, { type?: unknown }>;
      return [spec.bulk !== undefined && inputs[spec.bulk]?.type !== 'array' && `bulk input ${spec.bulk} is no array`];
    });
    expect(faults).toEqual([]);
  });
});

describe('an operation whose risk is raised', () => {
  it('is gated for the calls in question, and keeps the annotations of the facts', () => {
    const raised = operations.filter(({ raises }) => raises.length > 0);
    expect(raised.length).toBeGreaterThan(3);
    for (const { name, spec, raises, risks, tool, gated } of raised) {
      expect([name, gated]).toEqual([name, true]);
      expect(risks).toEqual(expect.arrayContaining(raises.map(({ risk }) => risk)));
      expect(tool.inputSchema.properties).toHaveProperty('confirm');
      const destructiveHint = spec.risk === 'destructive' || spec.mayDestroy === true;
      expect(tool.annotations).toMatchObject({ readOnlyHint: spec.risk === 'read', destructiveHint });
    }
  });
});

describe('every gated operation', () => {
  it('has an effect that can be filled in', () => {
    const faults = faultsOf((operation) => {
      const { effect, target } = operation.spec;
      if (!operation.gated) return [effect !== undefined && 'has an effect, but nothing to confirm'];
      const effects = [...(effect === undefined ? [] : [effect]), ...operation.raises.map((raise) => raise.effect)];
      const names = effects.flatMap(placeholdersOf);
      return [
        effects.some((text) => text.trim() === '' || !/[.!?]$/.test(text)) && 'an effect is no sentence',
        names.includes('target') && target === undefined && 'effect speaks of {target}, but none is looked up',
        ...unknownInputs(
          operation,
          names.filter((name) => name !== 'target' && name !== 'where'),
          'effect',
        ),
        operation.risks.includes('credential') !== names.includes('where') &&
          'says {where} the secret goes exactly when the answer carries one',
      ];
    });
    expect(faults).toEqual([]);
  });

  it('looks its target up with a read that takes what it is given', () => {
    const faults = faultsOf((operation) => {
      const { target } = operation.spec;
      if (target === undefined) return [];
      const shared = pathInputsOf(operation).filter((name) => catalog.find(target.read)?.places.get(name) === 'path');
      const given = target.with === undefined ? shared : Object.keys(target.with);
      return [
        !operation.gated && 'has a target, but nothing to confirm',
        ...lookupFaults(target.read, given, 'target'),
        ...unknownInputs(operation, Object.values(target.with ?? {}), 'target'),
        ...unknownInputs(operation, target.find === undefined ? [] : [target.find], 'target'),
        target.find === undefined && given.length === 0 && 'target is looked up without saying which',
      ];
    });
    expect(faults).toEqual([]);
  });

  it('counts its consequences with reads that take what they are given', () => {
    const faults = faultsOf((operation) =>
      (operation.spec.consequences ?? []).flatMap((consequence) => {
        const use = `consequence "${consequence.says}"`;
        const texts = Object.values(consequence.with).filter((value) => typeof value === 'string');
        return [
          !operation.gated && 'has consequences, but nothing to confirm',
          placeholdersOf(consequence.says).join() !== 'n' && `${use} does not say {n} once`,
          ...lookupFaults(consequence.read, Object.keys(consequence.with), use),
          ...unknownInputs(operation, texts.flatMap(placeholdersOf), use),
        ];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('asks to type only what there is', () => {
    const faults = faultsOf((operation) => {
      const { typed, target } = operation.spec;
      if (typed === undefined) return [];
      return [
        !operation.gated && 'has something to type, but nothing to confirm',
        typed === 'target' && target === undefined && 'asks for the name of a target that is not looked up',
        ...unknownInputs(operation, placeholdersOf(typed), 'typed'),
      ];
    });
    expect(faults).toEqual([]);
  });
});

it.each(operations.filter(({ spec }) => spec.leaves !== undefined))(
  'what $name leaves behind is removed by operations that there are',
  ({ spec }) => {
    for (const { what, by } of spec.leaves ?? []) {
      expect(
        operations.some(({ name }) => name === by),
        by,
      ).toBe(true);
      // It goes on a sentence.
      expect(what).not.toMatch(/[.:;,]|^[A-Z](?!PI)/);
    }
  },
);
