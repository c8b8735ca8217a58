import type { Approver } from '../../approvals/approver-file.js';
import { APPROVER_NAME_FORM, isApproverName } from '../../approvals/approver-file.js';
import { Approvers } from '../../approvals/approvers.js';
import { hashPassphrase, LEAST_PASSPHRASE, MOST_PASSPHRASE } from '../../approvals/passphrase.js';
import { approversFile, loadHttpValues, loadValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { ask, firstLine } from '../passphrase-prompt.js';
import { type Flags, print } from './command.js';

const listOf = (value: unknown): string[] | undefined =>
  Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;

export const approversOf = (flags: Flags): Approvers => new Approvers(approversFile(loadValues({ approvers: flags.approvers })));

/** The person to enrol, as yet without a way to sign in. @throws ConfigError where the name is not allowed */
export function newApprover(name: string, flags: Flags): Approver {
  if (!isApproverName(name)) throw new ConfigError(`A name has ${APPROVER_NAME_FORM}, not ${JSON.stringify(name)}.`);
  const groups = listOf(flags.group);
  const callers = listOf(flags.caller);
  return { name, added: new Date().toISOString(), ...(groups && { groups }), ...(callers && { callers }) };
}

/** Enrols an approver by a passphrase, which is asked for twice. */
export async function addApprover(name: string, flags: Flags): Promise<void> {
  const approver = newApprover(name, flags);
  const approvers = approversOf(flags);
  if ((await approvers.find(name)) !== undefined) throw new ConfigError(`There is an approver named ${name} already.`);
  const passphrase = await hashPassphrase(await newPassphrase(name, flags.passphraseStdin === true));
  await approvers.add({ ...approver, passphrase });
  process.stderr.write(`${name} can approve from now on. ${approvers.path} has only a hash of the passphrase.\n`);
}

/** Lets a person sign in at the issuer. They may be enrolled already. */
export async function addSubject(name: string, flags: Flags): Promise<void> {
  const { issuer } = loadHttpValues({ issuer: flags.issuer });
  if (issuer === undefined) throw new ConfigError('--subject needs --issuer URL, as the server is given it.');
  if (flags.passkey === true) throw new ConfigError('--subject and --passkey are two commands: enrol one after the other.');
  const subject = { issuer, sub: String(flags.subject) };
  const approvers = approversOf(flags);
  const other = await approvers.findBySubject(subject);
  if (other !== undefined) throw new ConfigError(`${other.name} is enrolled with this subject already.`);
  const known = await approvers.find(name);
  if (known === undefined) await approvers.add({ ...newApprover(name, flags), subjects: [subject] });
  else await approvers.update(name, (approver) => ({ ...approver, subjects: [...(approver.subjects ?? []), subject] }));
  process.stderr.write(`${name} can approve from now on, signed in at ${issuer}.\n`);
}

async function newPassphrase(name: string, fromStdin: boolean): Promise<string> {
  const passphrase = fromStdin
    ? await firstLine()
    : await ask(`Passphrase of ${name} (${LEAST_PASSPHRASE} characters or more): `, true);
  if ([...passphrase].length < LEAST_PASSPHRASE || passphrase.length > MOST_PASSPHRASE) {
    throw new ConfigError(
      `A passphrase has ${LEAST_PASSPHRASE} characters or more. Several words that do not belong together do well.`,
    );
  }
  if (!fromStdin && (await ask('Once more: ', true)) !== passphrase) throw new ConfigError('The two were not the same.');
  return passphrase;
}

/** Prints who is enrolled, and how. */
export async function listApprovers(flags: Flags): Promise<void> {
  for (const approver of await approversOf(flags).all()) print(`${describe(approver)}\n`);
}

function describe({ name, groups = [], callers = [], passphrase, passkeys = [], subjects = [], added }: Approver): string {
  const keys = passkeys.length === 0 ? [] : [passkeys.length === 1 ? 'a passkey' : `${passkeys.length} passkeys`];
  const issuers = subjects.map(({ issuer, sub }) => `${issuer} as ${sub}`);
  const signsIn = [...(passphrase === undefined ? [] : ['a passphrase']), ...keys, ...issuers].join(' and ') || 'nothing';
  const more = [
    ...(groups.length === 0 ? [] : [`groups: ${groups.join(', ')}`]),
    ...(callers.length === 0 ? [] : [`calls as: ${callers.join(', ')}`]),
  ];
  return [name, `signs in with ${signsIn}`, ...more, `since ${added.slice(0, 10)}`].join('; ');
}

/** Removes an approver, at once. */
export async function removeApprover(name: string, flags: Flags): Promise<void> {
  await approversOf(flags).remove(name);
  process.stderr.write(`${name} can no longer approve.\n`);
}
