import {
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';
import type { Call, CallOutcome } from '../../call/call-types.js';
import type { Operation } from '../../catalog/operation.js';
import type { ToolDefinition } from '../../catalog/operation-types.js';
import type { HistoryPage } from '../../policy/audit/history.js';
import type { Caller } from '../../policy/policy-types.js';
import { mayReadRecord } from '../../policy/rules/scopes.js';
import { PAGE_ICONS } from '../icons.js';
import type { Offer } from '../offer.js';
import type { Prompts } from '../prompts/prompts.js';
import { type Skill, skillUri } from '../prompts/skill.js';
import { instancePage } from './instance-page.js';
import { offerPage } from './offer-page.js';
import { operationPage } from './operation-page.js';
import { type PolicyPageOptions, policyPage } from './policy-page.js';
import { recordPage } from './record-page.js';

export interface ResourcesOptions {
  readonly offer: Offer;
  readonly prompts: Prompts;
  /** The tool as it would be listed. */
  readonly toolOf: (operation: Operation) => ToolDefinition;
  readonly call: (call: Call) => Promise<CallOutcome>;
  /** JSON as a model reads it: without secrets, and not too long. */
  readonly write: (model: object) => string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly policy: () => PolicyPageOptions;
  /** The newest entries of the record; `undefined` where none is kept. */
  readonly record: () => Promise<HistoryPage | undefined>;
}

const BASE = 'clerk-mcp://';
const OPERATION = `${BASE}operation/`;
const JSON_TYPE = 'application/json';
const MARKDOWN = 'text/markdown';

interface Page {
  readonly text: string;
  readonly mimeType: string;
}

/** What can be read about the server itself, as far as the caller may know it. */
export class Resources {
  readonly #options: ResourcesOptions;

  constructor(options: ResourcesOptions) {
    this.#options = options;
  }

  list(caller: Caller): Resource[] {
    const own: Resource[] = [
      {
        uri: `${BASE}instance`,
        name: 'instance',
        title: 'The instance',
        description: 'Kind, domain, settings in brief',
        mimeType: JSON_TYPE,
      },
      {
        uri: `${BASE}offer`,
        name: 'offer',
        title: 'What is offered',
        description: 'Tools and jobs here; what is left out, and why',
        mimeType: JSON_TYPE,
      },
      {
        uri: `${BASE}policy`,
        name: 'policy',
        title: 'The policy',
        description: 'What is let through, confirmed or refused',
        mimeType: MARKDOWN,
      },
    ];
    const record = {
      uri: `${BASE}record`,
      name: 'record',
      title: 'The record',
      description: 'The last calls and their ends',
      mimeType: JSON_TYPE,
    };
    const skills = this.#options.prompts.offered(caller).map((skill) => ({
      uri: skillUri(skill),
      name: skill.name,
      title: skill.title,
      description: skill.description,
      mimeType: MARKDOWN,
    }));
    const pages = [...own, ...(mayReadRecord(caller) ? [record] : [])].map((page) => ({ ...page, icons: PAGE_ICONS }));
    return [...pages, ...skills];
  }

  templates(): ResourceTemplateType[] {
    return [
      {
        uriTemplate: `${OPERATION}{name}`,
        name: 'operation',
        title: 'An operation',
        description: 'Inputs, risk, effect, what it leaves behind, whether it can be taken back, an example',
        mimeType: JSON_TYPE,
      },
    ];
  }

  /** Whether reading it makes calls in the caller's name. */
  reads(uri: string): boolean {
    return uri === `${BASE}instance`;
  }

  /** @throws ResourceNotFoundError for a resource that does not exist, or not for this caller */
  async read(uri: string, caller: Caller, signal: AbortSignal): Promise<ReadResourceResult> {
    const page = await this.#page(uri, caller, signal);
    if (page === undefined) throw new ResourceNotFoundError(uri);
    return { contents: [{ uri, ...page }] };
  }

  async #page(uri: string, caller: Caller, signal: AbortSignal): Promise<Page | undefined> {
    const { offer, prompts, policy, record, settings, call } = this.#options;
    if (uri.startsWith(OPERATION)) return this.#operation(uri.slice(OPERATION.length), caller);
    switch (uri) {
      case `${BASE}instance`:
        return this.#json(await instancePage({ kind: policy().kind, settings, offer, call }, caller, signal));
      case `${BASE}offer`:
        return this.#json(offerPage(offer, caller));
      case `${BASE}policy`:
        return { text: policyPage(policy()), mimeType: MARKDOWN };
      case `${BASE}record`:
        return mayReadRecord(caller) ? this.#json(recordPage(await record())) : undefined;
    }
    const skill = prompts.offered(caller).find((one: Skill) => skillUri(one) === uri);
    return skill && { text: skill.text, mimeType: MARKDOWN };
  }

  #operation(name: string, caller: Caller): Page | undefined {
    const { offer, toolOf } = this.#options;
    const operation = offer.catalog.find(name);
    return operation && this.#json(operationPage(operation, toolOf(operation), offer.why(operation, caller)));
  }

  #json(model: object): Page {
    return { text: this.#options.write(model), mimeType: JSON_TYPE };
  }
}
