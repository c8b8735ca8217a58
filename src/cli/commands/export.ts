import { catalog } from '../../app/load-catalog.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { ClerkClient } from '../../clerk/clerk-client.js';
import { ClerkApiError, ClerkError } from '../../clerk/errors.js';
import { loadConfig } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { VERSION } from '../../platform/version.js';
import { type ApiContent, seedFromApi } from '../../sandbox/seed/from-api.js';
import { EXIT, type Flags, print } from './command.js';

/** Clerk's largest page. */
const PAGE = 500;
const NOT_FOR_IT: readonly number[] = [402, 403, 404];

/** Reads the instance and writes it as a seed for the sandbox. Changes nothing at Clerk, and overwrites no file. */
export async function exportSeed(file: string, flags: Flags): Promise<void> {
  const config = loadConfig(flags);
  if (config.secretKey === undefined) throw new ConfigError('export reads an instance of Clerk. Leave --sandbox out.');
  const { timeout, connectTimeout } = config.values;
  const clerk = new ClerkClient({
    baseUrl: config.apiUrl,
    secretKey: config.secretKey,
    userAgent: `clerk-mcp/${VERSION}`,
    catalog,
    ...(connectTimeout === undefined ? {} : { connectTimeoutMs: connectTimeout }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  });
  try {
    const { seed, omitted } = seedFromApi(await readInstance(clerk));
    await writeNew(file, `${JSON.stringify(seed, null, 2)}\n`);
    print(
      `${file}: ${seed.users?.length} users, ${seed.organizations?.length} organizations. Passwords and second factors stay with Clerk.\n`,
    );
    for (const [what, count] of omitted) print(`left out: ${count} ${what}\n`);
  } catch (error) {
    if (!(error instanceof ClerkError)) throw error;
    process.stderr.write(`${JSON.stringify(error.toModel())}\n`);
    process.exitCode = EXIT.failed;
  } finally {
    await clerk.close();
  }
}

async function readInstance(clerk: ClerkClient): Promise<ApiContent> {
  const all = (name: string, args: Arguments = {}): Promise<unknown[]> => readAll(clerk, name, args);
  const oldest = { order_by: '+created_at' };
  const users = await all('Users_listSortedByCreationDate', oldest);
  const organizations = [];
  for (const organization of await all('Organizations_listSortedByCreationDate', oldest)) {
    const { id } = organization as { readonly id: string };
    const memberships = await all('OrganizationMemberships_getAllMembers', { organization_id: id });
    const invitations = await all('OrganizationInvitations_list', { organization_id: id });
    organizations.push({ organization, memberships, invitations });
  }
  return {
    users,
    organizations,
    organization_domains: await whereAllowed(all('OrganizationDomains_listForInstance')),
    permissions: await whereAllowed(all('OrganizationPermissions_list')),
    roles: await whereAllowed(all('OrganizationRoles_list')),
    role_sets: await whereAllowed(all('RoleSets_list')),
    invitations: await all('Invitations_listAllNonRevoked'),
    allowlist: await all('AllowlistBlocklist_listAllowedIdentifiers'),
    blocklist: await all('AllowlistBlocklist_listBlockedIdentifiers'),
    domains: await all('Domains_getAllDomains'),
  };
}

/** An empty list where the instance does not have the feature, or its plan does not include it. */
async function whereAllowed(rows: Promise<unknown[]>): Promise<unknown[]> {
  try {
    return await rows;
  } catch (error) {
    if (error instanceof ClerkApiError && NOT_FOR_IT.includes(error.status)) return [];
    throw error;
  }
}

/** Every row of a list, page by page where it has pages. */
async function readAll(clerk: ClerkClient, name: string, args: Arguments): Promise<unknown[]> {
  const operation = catalog.get(name);
  const paged = operation.places.has('offset');
  const rows: unknown[] = [];
  for (;;) {
    const { value } = await clerk.send(operation, paged ? { ...args, limit: PAGE, offset: rows.length } : args);
    const page = Array.isArray(value) ? value : (value as { readonly data: readonly unknown[] }).data;
    rows.push(...page);
    if (!paged || page.length < PAGE) return rows;
  }
}

/** Readable by its owner alone, since it is personal data. @throws ConfigError where the file exists or cannot be written */
async function writeNew(file: string, text: string): Promise<void> {
  try {
    const handle = await createPrivateFile(file);
    await handle.writeFile(text).finally(() => handle.close());
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new ConfigError(
      taken ? `${file} is there already. Give another name.` : `${file} cannot be written: ${errorMessage(error)}`,
    );
  }
}
