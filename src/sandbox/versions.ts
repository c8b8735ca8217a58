import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import { operationMatcher } from '../catalog/pattern.js';
import type { Middleware, SandboxRequest } from './middleware.js';
import { refuse } from './sandbox-error.js';

/** The versions of the Backend API that Clerk publishes, oldest first. The last one changes the Frontend API alone. */
const API_VERSIONS = ['2021-02-05', '2024-10-01', '2025-04-10', '2025-11-10', '2026-05-12', '2026-08-20'] as const;

/** What a request gets that names no version, as at Clerk: the first one. */
const DEFAULT_VERSION = API_VERSIONS[0];

/** The newest version that has a document of its own. What is in it is in every later version too. */
const LAST_DOCUMENT = '2026-05-12';

/** Sessions with tasks left are `pending`, and tokens have the second form of their claims, from here on. */
export const PENDING_SESSIONS = '2025-04-10';

/** An update of a user or an organization takes metadata, set whole, before this version. */
export const METADATA_LEFT_UPDATES = '2026-05-12';

/** Operations that the first version lacks, by the version that brought them; of several that match, the first counts. */
const INTRODUCED: readonly (readonly [version: string, operations: readonly string[]])[] = [
  [
    '2026-05-12',
    [
      '{Directories,ScimDirectories}_{*GroupRoleMapping*,rotateApiKey}',
      'Invitations_deleteById',
      'Sessions_getReverification',
      'SsoBypassAllowlistUsers',
      'Users_*BiometricCredential*',
    ],
  ],
  [
    '2025-11-10',
    [
      'AgentTasks',
      'Billing_listPlans',
      'Billing_listPrices',
      'Billing_createPrice',
      'Billing_listStatements',
      'Billing_getStatement',
      'Billing_listPaymentAttempts',
      'Billing_listSubscriptionItems',
      'Billing_cancelSubscriptionItem',
      'Directories',
      'ScimDirectories',
      'Users_*etPasswordCompromised',
      'WaitlistEntries_bulkCreate',
    ],
  ],
  ['2025-04-10', ['Users_getBillingSubscription']],
  ['2024-10-01', ['OrganizationRoles']],
];

const introductions = INTRODUCED.map(([version, patterns]) => ({ version, matchers: patterns.map(operationMatcher) }));

/** The first version that has the operation. */
const introducedIn = (operation: Operation): string =>
  introductions.find(({ matchers }) => matchers.some((matches) => matches(operation)))?.version ?? DEFAULT_VERSION;

const asked = ({ headers, query }: SandboxRequest) => ({
  inHeader: headers['clerk-api-version'],
  inQuery: query.get('__clerk_api_version') ?? undefined,
});

const isVersion = (text: string): boolean => (API_VERSIONS as readonly string[]).includes(text);

/** The version that the request is answered by. */
export function versionOf(request: SandboxRequest): string {
  const { inHeader, inQuery } = asked(request);
  const version = inHeader ?? inQuery ?? DEFAULT_VERSION;
  return isVersion(version) ? version : DEFAULT_VERSION;
}

/** Refuses versions that do not exist, a version given twice, and operations that the version does not have. */
export const checkVersion: Middleware = async (routed, next) => {
  const { inHeader, inQuery } = asked(routed.request);
  if (inHeader !== undefined && inQuery !== undefined) {
    const why = 'Give the API version in the Clerk-API-Version header or in the query, not in both.';
    throw refuse(400, 'request_invalid_for_instance', 'API version given twice', why);
  }
  const given = inHeader ?? inQuery;
  if (given !== undefined && !isVersion(given)) {
    const why = `There is no API version ${given}. Known: ${API_VERSIONS.join(', ')}.`;
    throw refuse(400, 'request_invalid_for_instance', 'Unknown API version', why);
  }
  const { operation } = routed;
  if (operation === undefined) return next(routed);
  const version = versionOf(routed.request);
  if (operation.apiVersion < LAST_DOCUMENT && version > operation.apiVersion) {
    const why = `API versions after ${operation.apiVersion} do not have it.`;
    throw refuse(410, 'operation_deprecated', 'Operation deprecated', why);
  }
  const since = introducedIn(operation);
  if (version < since) {
    const unnamed = given === undefined ? ', which is used where none is named' : '';
    const why = `API version ${version}${unnamed}, does not have it: send Clerk-API-Version: ${since} or later.`;
    throw refuse(404, 'resource_not_found', 'URL not found', why);
  }
  return next(routed);
};

/** What an answer about sessions is to a version that knows neither tasks nor the status `pending`. */
export function asBeforePendingSessions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asBeforePendingSessions);
  if (typeof value !== 'object' || value === null) return value;
  const { object, sessions, data, tasks: _, ...rest } = value as Record<string, unknown>;
  if (object === 'session') return { object, ...rest, ...(rest.status === 'pending' ? { status: 'active' } : {}) };
  if (sessions !== undefined) return { ...value, sessions: asBeforePendingSessions(sessions) };
  return data === undefined ? value : { ...value, data: asBeforePendingSessions(data) };
}
