import type { Catalog } from '../../catalog/catalog.js';
import { type Config, ownEnvironment } from '../../config/config.js';
import { inspectInstances } from '../../config/instances.js';
import { InstancesFileError } from '../../config/instances-file.js';
import { kindOf, readByOthers } from './check-key.js';
import { checkOffer } from './check-settings.js';
import { type Finding, failure, fault, ok } from './finding.js';

export interface CheckedInstances {
  readonly findings: readonly Finding[];
  /** Names of all instances in the file. */
  readonly names: readonly string[];
  /** `config` only where a start would accept it. */
  readonly instances: readonly { readonly name: string; readonly config: Config | undefined }[];
}

const MEND = 'The server does not start until this is fixed.';

/** The file of instances, every fault by itself, and of each instance its key and what it offers. Never shows a key. */
export function checkInstances(flags: Readonly<Record<string, unknown>>, catalog: Catalog): CheckedInstances {
  let inspected: ReturnType<typeof inspectInstances>;
  try {
    inspected = inspectInstances(flags, ownEnvironment());
  } catch (error) {
    const faults = error instanceof InstancesFileError ? error.faults : undefined;
    const findings = faults?.map((one) => failure('instances', one, MEND)) ?? [fault('instances', error)];
    return { findings, names: [], instances: [] };
  }
  const { names } = inspected;
  const findings: Finding[] = [ok('instances', `Instances: ${names.join(', ')}.`)];
  const instances = inspected.instances.map(({ entry: { name, key }, faults, config: configOf }) => {
    const about = (finding: Finding): void => void findings.push({ ...finding, instance: name });
    for (const one of faults) about(failure('key', one, MEND));
    if (faults.length > 0) return { name, config: undefined };
    try {
      const config = configOf();
      about(keyFinding(config.secretKey, key));
      about(checkOffer(config.values, catalog));
      return { name, config };
    } catch (error) {
      about(fault('settings', error));
      return { name, config: undefined };
    }
  });
  return { findings, names, instances };
}

function keyFinding(secretKey: string | undefined, source: { file: string } | { variable: string } | undefined): Finding {
  if (secretKey === undefined || source === undefined) return ok('key', 'None is needed: the sandbox makes its own.');
  if ('variable' in source) return ok('key', `${kindOf(secretKey)}, from ${source.variable}.`);
  return readByOthers(source.file, kindOf(secretKey)) ?? ok('key', `${kindOf(secretKey)}, from ${source.file}.`);
}
