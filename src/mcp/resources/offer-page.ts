import type { Operation } from '../../catalog/operation.js';
import type { Caller } from '../../policy/policy-types.js';
import type { Offer } from '../offer.js';
import { skills } from '../prompts/skills.js';

/** What the caller is offered, by group, and what is left out and why. Names are on the pages of operations. */
export function offerPage(offer: Offer, caller: Caller): object {
  const all = offer.catalog.operations;
  const offered = new Set(offer.to(caller));
  const leftOut = all.filter((operation) => !offered.has(operation));
  const jobs = skills().map(({ name, tools }) => ({ name, lacking: offer.lacking(tools, caller) }));
  return {
    offered: offered.size,
    of: all.length,
    ...(offer.discovery && { mode: 'discovery: four tools find and call the others' }),
    groups: countedByGroup([...offered]),
    left_out: reasons(offer, leftOut, caller),
    jobs: jobs.filter(({ lacking }) => lacking.length === 0).map(({ name }) => name),
    jobs_left_out: jobs
      .filter(({ lacking }) => lacking.length > 0)
      .map(({ name, lacking }) => ({ name, lacks: lacking.map((tool) => tool.name) })),
    more: 'clerk-mcp://operation/NAME describes one operation, and says what would offer it.',
  };
}

/** Operations left out for the same reason, together: how many of each group. */
function reasons(offer: Offer, leftOut: readonly Operation[], caller: Caller): object[] {
  const byReason = new Map<string, Operation[]>();
  for (const operation of leftOut) {
    const by = offer.leftOutBy(operation, caller);
    byReason.set(by, [...(byReason.get(by) ?? []), operation]);
  }
  return [...byReason].map(([by, operations]) => ({ by, operations: operations.length, groups: countedByGroup(operations) }));
}

function countedByGroup(operations: readonly Operation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { group } of operations) counts[group] = (counts[group] ?? 0) + 1;
  return counts;
}
