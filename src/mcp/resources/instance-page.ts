import type { Call, CallOutcome } from '../../call/call-types.js';
import { isRecord } from '../../platform/is-record.js';
import type { Caller } from '../../policy/policy-types.js';
import type { Offer } from '../offer.js';

export interface InstancePageOptions {
  readonly kind: string;
  /** The server's own settings that a caller should know of. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly offer: Offer;
  readonly call: (call: Call) => Promise<CallOutcome>;
}

/** Reads that take longer are reported as not read, in milliseconds. */
const TIMEOUT_MS = 5000;

type Value = Readonly<Record<string, unknown>>;

/** The reads, and what is told of each answer. */
const READS: readonly { readonly tool: string; readonly tell: (value: Value) => object }[] = [
  { tool: 'Domains_getAllDomains', tell: ({ data }) => domainsOf(Array.isArray(data) ? data.filter(isRecord) : []) },
  {
    tool: 'InstanceSettings_getInstance',
    tell: ({ id, environment_type, allowed_origins }) => ({ id, environment: environment_type, allowed_origins }),
  },
  {
    tool: 'InstanceSettings_getOrganizationSettings',
    tell: ({ enabled, max_allowed_memberships, max_allowed_roles, creator_role, domains_enabled, admin_delete_enabled }) => ({
      organizations: { enabled, max_allowed_memberships, max_allowed_roles, creator_role, domains_enabled, admin_delete_enabled },
    }),
  },
];

function domainsOf(domains: readonly Value[]): object {
  const primary = domains.find(({ is_satellite }) => is_satellite === false) ?? domains[0];
  const satellites = domains.filter((domain) => domain !== primary).map(({ name }) => name);
  return { domain: primary?.name, ...(satellites.length > 0 && { satellites }) };
}

/** Which instance this is, from reads made as the caller. Whatever cannot be read is named. */
export async function instancePage(
  { kind, settings, offer, call }: InstancePageOptions,
  caller: Caller,
  signal: AbortSignal,
): Promise<object> {
  const unread: string[] = [];
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const told = await Promise.all(
    READS.map(async ({ tool, tell }) => {
      const outcome =
        offer.lacking([tool], caller).length > 0
          ? undefined
          : await call({ name: tool, arguments: {}, caller, canAsk: false, isPart: true, signal: within });
      if (outcome?.kind === 'done' && isRecord(outcome.answer?.value)) return tell(outcome.answer.value);
      unread.push(tool);
      return {};
    }),
  );
  return { kind, ...Object.assign({}, ...told), server: settings, ...(unread.length > 0 && { not_read: unread }) };
}
