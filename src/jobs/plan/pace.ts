import type { Operation } from '../../catalog/operation.js';
import type { InstanceKind } from '../../policy/policy-types.js';

/** How many requests a second stay below Clerk's limit; the sandbox has none and answers as fast as it can. */
const PER_SECOND: Readonly<Record<InstanceKind, number>> = { test: 9, live: 90, sandbox: 200 };

/** How many calls of some operations Clerk accepts in an hour. */
const PER_HOUR: Readonly<Record<string, number>> = {
  Invitations_createNewInvitation: 100,
  Invitations_createMultiple: 25,
  OrganizationInvitations_createAndSend: 250,
  OrganizationInvitations_bulkCreateAndSend: 50,
};

export interface Pace {
  readonly requests: number;
  readonly seconds: number;
  readonly warnings: readonly string[];
}

/** How long calls take under Clerk's limits. @param reads the number of additional reads */
export function paceOf(calls: readonly Operation[], reads: number, kind: InstanceKind): Pace {
  const requests = calls.length + reads;
  let seconds = Math.ceil(requests / PER_SECOND[kind]);
  const warnings: string[] = [];
  for (const [name, most] of Object.entries(PER_HOUR)) {
    const count = calls.filter((operation) => operation.name === name).length;
    if (kind === 'sandbox' || count <= most) continue;
    const hours = Math.ceil(count / most) - 1;
    seconds = Math.max(seconds, hours * 3600);
    warnings.push(`Clerk accepts ${most} calls of ${name} an hour: ${count} take ${hours} hours or more.`);
  }
  return { requests, seconds, warnings };
}
