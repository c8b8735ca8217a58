import type { Catalog } from '../catalog/catalog.js';
import { ConfigError } from '../config/config-error.js';
import { fileProblem } from '../platform/file-problem.js';
import { readText } from '../platform/read-text.js';
import type { PolicyFile } from '../policy/rules/policy-file.js';
import { catalogWithJobs } from './load-catalog.js';

/**
 * Reads the policy file. The error message has one line per fault, each with its path in the file.
 * @throws ConfigError
 */
export async function loadPolicyFile(
  path: string | undefined,
  catalog: Catalog = catalogWithJobs,
): Promise<PolicyFile | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    throw new ConfigError(`The policy file ${path} cannot be read: ${fileProblem(error, 'read')}.`);
  }
  const { PolicyFileError, readPolicy } = await import('../policy/rules/read-policy.js');
  try {
    return readPolicy(text, catalog);
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    const faults = error.message.split('\n');
    const what = `${path} is not a valid policy file:`;
    throw new ConfigError(faults.length === 1 ? `${what} ${faults[0]}` : [what, ...faults].join('\n  '));
  }
}
