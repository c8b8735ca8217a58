import type { Calls } from '../call/call.js';
import type { Operation } from '../catalog/operation.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import type { Config } from '../config/config.js';
import { Completions } from '../mcp/completions.js';
import type { Guide } from '../mcp/guide.js';
import { DOMAINS, type InstanceName } from '../mcp/instance-name.js';
import type { Offer } from '../mcp/offer.js';
import { Prompts } from '../mcp/prompts/prompts.js';
import { Resources } from '../mcp/resources/resources.js';
import { isStandardOutput } from '../policy/audit/places.js';
import type { Policy } from '../policy/policy.js';
import { readRecord } from './read-record.js';

export interface GuideParts {
  readonly config: Config;
  readonly name: InstanceName;
  readonly offer: Offer;
  readonly calls: Calls;
  readonly policy: Policy;
  /** The tool as it would be listed. */
  readonly toolOf: (operation: Operation) => ToolDefinition;
}

/** Assembles what is offered beside tools. */
export function createGuide({ config, name, offer, calls, policy, toolOf }: GuideParts): Guide {
  const { values } = config;
  const call: Calls['call'] = async (one) => {
    const outcome = await calls.call(one);
    if (one.name === DOMAINS && outcome.kind === 'done') name.learn(outcome.answer?.value);
    return outcome;
  };
  const prompts = new Prompts(offer);
  return {
    prompts,
    completions: new Completions({ offer, call }),
    resources: new Resources({
      offer,
      prompts,
      toolOf,
      call,
      write: (model) => calls.write(model),
      settings: settingsInBrief(config),
      policy: () => ({
        kind: config.instanceKind,
        explanation: policy.explanation,
        readOnly: values.readOnly === true,
        ...policy.show(),
      }),
      record: async () =>
        values.auditLog === undefined || isStandardOutput(values.auditLog)
          ? undefined
          : readRecord(values.auditLog, { instance: config.name }, undefined),
    }),
  };
}

/** The settings without any path on the server's disk. */
const settingsInBrief = ({ name, values }: Config): Record<string, unknown> => ({
  ...(name !== undefined && { instance: name }),
  read_only: values.readOnly === true,
  confirmation: values.confirm ?? 'auto',
  secrets: values.secretsDir === undefined ? 'in answers' : 'into files on the server',
  record: values.auditLog !== undefined,
  undo: values.stateDir === undefined ? 'plans, while the server runs' : 'plans and single calls',
  results: values.results ?? 'short',
});
