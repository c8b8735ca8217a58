import { loadCatalog } from '../../app/load-catalog.js';
import { loadPolicyFile } from '../../app/load-policy-file.js';
import type { Catalog } from '../../catalog/catalog.js';
import { expose } from '../../catalog/exposure.js';
import { parseArguments } from '../../catalog/parse-arguments.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneInstance, type OneInstance } from '../../config/load-configs.js';
import { expandHome } from '../../platform/home.js';
import { Policy } from '../../policy/policy.js';
import type { InstanceKind } from '../../policy/policy-types.js';
import { policyJsonSchema } from '../../policy/rules/policy-file.js';
import { parseJsonArguments } from './arguments.js';
import { type Flags, print, toStderr } from './command.js';
import { oneOf } from './one-of.js';

const offline = async (): Promise<never> => {
  throw new Error('nothing is read for an explanation');
};

/** The policy that the settings make, for an instance of the given kind; only to explain it, never to allow a call. */
async function policyOf({ values, kind: known }: OneInstance, flags: Flags, catalog: Catalog): Promise<Policy> {
  const file = await loadPolicyFile(values.policy, catalog);
  const kind: InstanceKind =
    known ?? (values.sandbox === true ? 'sandbox' : oneOf('--instance', flags.instance ?? 'live', KINDS));
  return new Policy({ catalog, instance: { kind, id: 'none' }, file, confirm: values.confirm, read: offline });
}

const KINDS = ['test', 'live', 'sandbox'] as const satisfies readonly InstanceKind[];

/** Prints the whole policy, built-in rules and budgets included, or the JSON Schema of its file. */
export async function showPolicy(flags: Flags): Promise<void> {
  print(`${JSON.stringify(flags.schema === true ? policyJsonSchema() : await wholePolicy(flags), null, 2)}\n`);
}

async function wholePolicy(flags: Flags): Promise<ReturnType<Policy['show']>> {
  const one = await loadOneInstance(flags);
  return (await policyOf(one, flags, await loadCatalog(one.values.openapi, toStderr))).show();
}

/** Says whether the tool is offered, and which rule decides a call and why. Sends nothing. */
export async function explainPolicy(name: string, json: string, flags: Flags): Promise<void> {
  const one = await loadOneInstance(flags);
  const { values } = one;
  const catalog = await loadCatalog(values.openapi, toStderr);
  const operation = catalog.find(name);
  if (operation === undefined) throw new ConfigError(`No operation is named ${name}.${catalog.suggest(name)}`);
  const policy = await policyOf(one, flags, catalog);
  const parsed = await parseArguments(operation, parseJsonArguments(json), true);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ path, expected }) => (path === '' ? expected : `${path}: ${expected}`));
    throw new ConfigError(`The arguments are wrong. ${faults.join('; ')}`);
  }
  const caller = { name: typeof flags.caller === 'string' ? flags.caller : 'local' };
  const offered = expose(catalog, values).has(name);
  print(`${JSON.stringify({ offered, ...policy.explain(operation, parsed.args, caller) }, null, 2)}\n`);
}

/** Checks a policy file. Prints one line on stderr for each fault. */
export async function checkPolicy(given: string): Promise<void> {
  const file = expandHome(given);
  const { rules = [], budgets } = (await loadPolicyFile(file)) ?? {};
  print(`${file} is good: rules ${rules.length}, budgets ${budgets?.length ?? 'as built in'}.\n`);
}
