import type * as z from 'zod';
import type { InputSchema } from './json-schema.js';
import type { GatedRisk, Method, PlainSpec, Raise, Risk, ToolDefinition } from './operation-types.js';

/** The version of Clerk's Backend API that the catalog is written for. */
export const CURRENT_API_VERSION = '2026-05-12';

/** Where an input travels in the HTTP request. */
export type Place = 'path' | 'query' | 'body' | 'array-body' | 'image';

/** How a call is confirmed: the caller says that a person agreed, or gives a token or the id of an approval. */
export type ConfirmForm = 'flag' | 'token' | 'approval';

/** The input that confirms a gated call, in each form. Never sent to Clerk. */
const CONFIRM_SCHEMAS = {
  flag: { type: 'boolean', description: 'Person agreed' },
  token: { type: 'string', description: 'Token from the refusal' },
  approval: { type: 'string', description: 'Approval id' },
} as const satisfies Record<ConfirmForm, object>;

/** The input with which a caller picks parts of the answer. Never sent to Clerk. */
const FIELDS_SCHEMA = { type: 'array', items: { type: 'string' } } as const;

/** The input that makes a request safe to repeat. */
export const IDEMPOTENCY_KEY = 'idempotency_key';

/** Finds a tool's name in the text that says what to use instead. */
const SUCCESSOR = /\b[A-Z]\w*_[a-z]\w*/;

/** For clients that show it. */
const NOT_REVIEWED = { 'clerk-mcp/reviewed': false } as const;

const NONE: ReadonlySet<string> = new Set();

const REPEATABLE: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE']);

/** Whether a request updates something, so that null in it clears. */
export const isUpdate = (request: string): boolean => /^(?:PATCH|PUT) /.test(request);

/** An operation's inputs, whichever source they come from. */
export interface Inputs {
  /** Every input except the server's own, and where it goes. */
  readonly places: ReadonlyMap<string, Place>;
  /** The inputs that are moments in Unix milliseconds. Default: none. */
  readonly moments?: ReadonlySet<string>;
  /** Their JSON Schema. */
  readonly jsonSchema: () => InputSchema;
  /** What the whole tool costs a model, in o200k_base tokens. Counted when the program is built. */
  readonly tokens?: number;
  /** Their zod schema, with path, query and body side by side. Loaded and built on first use. */
  readonly schema: () => Promise<z.ZodType>;
}

/** One operation of Clerk's Backend API: its declaration and what follows from it. */
export class Operation {
  readonly spec: PlainSpec;
  readonly name: string;
  /** The part of the name before the underscore: `Users`. */
  readonly group: string;
  readonly method: Method;
  /** Path template: `/users/{user_id}/ban`. */
  readonly path: string;
  readonly apiVersion: string;
  /** The risk of a call that meets no condition. */
  readonly risk: Risk;
  /** Every risk that a call of it can have. */
  readonly risks: readonly Risk[];
  /** What makes calls riskier. */
  readonly raises: readonly Raise[];
  /** Which calls of it need a confirmation. */
  readonly gate: 'always' | 'sometimes' | 'never';
  /** Whether some call of it needs a confirmation. */
  readonly gated: boolean;
  /** Whether a person has reviewed it; false for operations made from a document. */
  readonly reviewed: boolean;
  readonly idempotent: boolean;
  /** Whether its body has an `idempotency_key`, with which Clerk recognizes a request that it has already carried out. */
  readonly keyed: boolean;
  /** Whether a request whose answer was lost may be sent again. A POST or PATCH may only if it is keyed. */
  readonly resendable: boolean;
  /** Whether Clerk answers it with JSON, so that `fields` can pick from it. */
  readonly takesFields: boolean;
  readonly places: ReadonlyMap<string, Place>;
  /** The inputs that are moments in Unix milliseconds. */
  readonly moments: ReadonlySet<string>;
  readonly #inputs: Inputs;
  #tool: ToolDefinition | undefined;

  constructor(spec: PlainSpec, inputs: Inputs) {
    this.spec = spec;
    this.name = spec.name;
    this.group = spec.name.slice(0, spec.name.indexOf('_'));
    const space = spec.request.indexOf(' ');
    this.method = spec.request.slice(0, space) as Method;
    this.path = spec.request.slice(space + 1);
    this.apiVersion = spec.version ?? CURRENT_API_VERSION;
    this.raises = spec.raises ?? [];
    const always = this.raises.filter(({ when }) => when === undefined).map(({ risk }) => risk);
    this.risk = heaviest([spec.risk, ...always]);
    const own = isGated(spec.risk) || always.length === 0 ? [spec.risk] : [];
    this.risks = [...new Set([this.risk, ...own, ...this.raises.map(({ risk }) => risk)])];
    this.gate = isGated(this.risk) ? 'always' : this.raises.length > 0 ? 'sometimes' : 'never';
    this.gated = this.gate !== 'never';
    this.reviewed = spec.reviewed ?? true;
    this.idempotent = spec.idempotent ?? REPEATABLE.has(this.method);
    // In an unreviewed document the meaning of a name is unknown.
    this.keyed = this.reviewed && inputs.places.get(IDEMPOTENCY_KEY) === 'body';
    this.resendable = this.keyed || (this.idempotent && REPEATABLE.has(this.method));
    this.takesFields = spec.answers === undefined && spec.job !== true;
    this.places = inputs.places;
    this.moments = inputs.moments ?? NONE;
    this.#inputs = inputs;
  }

  /** Whether another tool has taken its place. */
  get superseded(): boolean {
    return SUCCESSOR.test(this.spec.deprecated ?? '');
  }

  /** Whether it makes many calls of other operations and is not a request itself. */
  get isJob(): boolean {
    return this.spec.job === true;
  }

  /** What name, description and input schema cost a model, in o200k_base tokens; unknown in a program that was not built. */
  get tokens(): number | undefined {
    return this.#inputs.tokens;
  }

  /** The zod schema of all inputs except the server's own. */
  input(): Promise<z.ZodType> {
    return this.#inputs.schema();
  }

  /** The JSON Schema of all inputs except the server's own. */
  get inputSchema(): InputSchema {
    return this.#inputs.jsonSchema();
  }

  /** The MCP tool. Made once, when first used. */
  get tool(): ToolDefinition {
    this.#tool ??= this.#toTool();
    return this.#tool;
  }

  #toTool(): ToolDefinition {
    const { spec } = this;
    const { inputSchema } = this;
    // A change answers with what changed anyway, so there `fields` is accepted but not listed, which shortens 170 tools.
    const reads = this.method === 'GET' || this.risk === 'read';
    const fields = this.takesFields && reads ? { fields: FIELDS_SCHEMA } : {};
    const tool: ToolDefinition = {
      name: spec.name,
      title: spec.title,
      description: spec.deprecated === undefined ? spec.description : `${spec.description} Deprecated: ${spec.deprecated}`,
      inputSchema: { ...inputSchema, properties: { ...inputSchema.properties, ...fields } },
      annotations: {
        readOnlyHint: spec.risk === 'read',
        destructiveHint: spec.risk === 'destructive' || spec.mayDestroy === true,
        idempotentHint: this.idempotent,
        openWorldHint: spec.openWorld ?? false,
        ...(this.reviewed ? {} : { title: spec.title }),
      },
      ...(this.reviewed ? {} : { _meta: NOT_REVIEWED }),
    };
    return this.gated || spec.confirms === true ? withConfirm(tool, ['flag']) : tool;
  }
}

/** Whether a risk needs a confirmation unless a rule says otherwise. */
export const isGated = (risk: Risk): risk is GatedRisk => risk !== 'read' && risk !== 'write';

const WEIGHTS: readonly Risk[] = ['credential', 'destructive', 'access', 'write', 'read'];

/** Each risk once, the heaviest first. */
export const byWeight = (risks: readonly Risk[]): Risk[] => WEIGHTS.filter((risk) => risks.includes(risk));

/** The risk that is put on record for a call that has several. */
export const heaviest = (risks: readonly Risk[]): Risk => byWeight(risks)[0] ?? 'read';

/** The tool with the input `confirm`, in the forms that its calls can need. */
export function withConfirm(tool: ToolDefinition, forms: readonly ConfirmForm[]): ToolDefinition {
  const schemas = forms.map((form) => CONFIRM_SCHEMAS[form]);
  const confirm = schemas.length === 1 ? schemas[0] : { anyOf: schemas };
  const properties = { ...(tool.inputSchema.properties as Record<string, unknown>), confirm };
  return { ...tool, inputSchema: { ...tool.inputSchema, properties } };
}
