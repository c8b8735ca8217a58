import { isGated as isGatedRisk, type Operation } from '../catalog/operation.js';
import type { Config } from '../config/config.js';
import type { InstanceName } from '../mcp/instance-name.js';
import { instructions } from '../mcp/instructions.js';
import type { Offer } from '../mcp/offer.js';
import type { Seat } from '../mcp/server.js';
import type { Policy } from '../policy/policy.js';
import type { Caller } from '../policy/policy-types.js';
import { missingScope } from '../policy/rules/scopes.js';

export interface IntroductionOptions {
  readonly config: Config;
  readonly name: InstanceName;
  readonly offer: Offer;
  readonly policy: Policy;
}

/** What a model is told at the handshake, by what is offered to its caller and what its client can do. */
export function introductionOf({ config, name, offer, policy }: IntroductionOptions): (seat: Seat) => string {
  const { values, instanceKind: kind } = config;
  return ({ caller, canAsk }) => {
    const offered = offer.to(caller);
    const risks = new Set(
      offered.flatMap((operation) => operation.risks).filter((risk) => missingScope([risk], caller) === undefined),
    );
    const isGated = values.readOnly !== true && [...risks].some((risk) => isGatedRisk(risk));
    return instructions({
      kind,
      title: name.title,
      changes: values.readOnly !== true && [...risks].some((risk) => risk !== 'read'),
      confirmation: isGated ? policy.explanationFor(canAsk) : undefined,
      secrets: isGated && risks.has('credential') ? (values.secretsDir === undefined ? 'conversation' : 'files') : undefined,
      leftOut: leftOut(offer, offered, caller),
      discovery: offer.discovery,
      now: Date.now(),
    });
  };
}

/** Deprecated operations are not counted. */
function leftOut(offer: Offer, offered: readonly Operation[], caller: Caller): { count: number; by: string } | undefined {
  const here = new Set(offered);
  const missed = offer.catalog.operations.filter((operation) => !here.has(operation) && !operation.superseded);
  if (missed.length === 0) return undefined;
  const reasons = new Set(
    missed.map((operation) => offer.leftOutBy(operation, caller).replace(/^scope .*/, "the caller's scopes")),
  );
  return { count: missed.length, by: [...reasons].join('; ') };
}
