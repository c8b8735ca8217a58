import type { Decision } from '../policy/policy-types.js';
import { tracer } from '../telemetry/tracing.js';

/** What the policy decides, within a span where the process is observed. */
export function tracedDecision(decide: () => Promise<Decision>): Promise<Decision> {
  const tracing = tracer();
  if (tracing === undefined) return decide();
  return tracing.within({ span: 'policy' }, async (span) => {
    const decision = await decide();
    span.set({ 'clerk_mcp.policy.decision': decision.kind });
    if (decision.kind === 'refuse') span.set({ 'clerk_mcp.error.code': decision.code });
    return decision;
  });
}
