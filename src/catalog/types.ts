import type * as z from 'zod';

/** How much harm a call can do. Given by hand for each operation, never guessed from the HTTP method. */
export const RISKS = ['read', 'write', 'destructive', 'credential'] as const;
export type Risk = (typeof RISKS)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Inputs by the API's own names. */
export type Shape = Readonly<Record<string, z.ZodType>>;

/** A body that is an array in the API: one input carries it, named for what it holds. */
export interface ArrayBody {
  readonly as: string;
  readonly items: z.ZodArray;
}

/** An input value that makes an otherwise harmless operation destructive. */
export type Condition =
  | { readonly input: string; readonly when: 'given' }
  | { readonly input: string; readonly when: 'blank' }
  | { readonly input: string; readonly when: true };

/** What to look up so that a person sees who or what is meant. */
export interface Target {
  /** The read operation that answers with the resource, or with a list that holds it. */
  readonly read: string;
  /** Arguments of `read`, each the name of an input of this operation. Default: the path inputs that `read` has too. */
  readonly with?: Readonly<Record<string, string>>;
  /** For a `read` that lists: the input of this operation that holds the id to find in the list. */
  readonly find?: string;
}

/** Something that a read can count before the call is confirmed. */
export interface Consequence {
  readonly read: string;
  /** Arguments of `read`: `{input}` stands for an input of this operation, anything else for itself. */
  readonly with: Readonly<Record<string, string | number>>;
  /** What the count means, `{n}` in it: `{n} active sessions end`. */
  readonly says: string;
}

/** A risk that we judge higher than the API's facts do: the gate keeps to it, the tool's annotations to the facts. */
export interface RaisedRisk {
  readonly to: 'destructive' | 'credential';
  /** Only calls that meet one of these. Default: every call. */
  readonly when?: readonly Condition[];
  readonly why: string;
}

interface Declared {
  /** The operationId, and the MCP tool's name. `Group_action`. */
  readonly name: `${string}_${string}`;
  /** The id in Clerk's own OpenAPI document. */
  readonly clerk: string;
  /** Method and path template as in the API: `POST /users/{user_id}/ban`. */
  readonly request: `${Method} /${string}`;
  /** `Clerk-API-Version` to send. Default: {@link CURRENT_API_VERSION}. */
  readonly version?: string;
  readonly title: string;
  /** One or two sentences for a model that must choose a tool. */
  readonly description: string;
  readonly path?: Shape;
  readonly query?: Shape;
  /** Query arrays that go comma-separated in one parameter rather than repeated. */
  readonly commaSeparated?: readonly string[];
  readonly body?: Shape | ArrayBody;
  /** Inputs of which at least one must be given. */
  readonly needsOneOf?: readonly string[];
  /** The multipart field that carries an image; the other body inputs go beside it. */
  readonly image?: string;
  /** What a success answers with. Default: JSON. */
  readonly answers?: 'text' | 'nothing';
  /** Instead of what: `Use X.` Present on deprecated operations only. */
  readonly deprecated?: string;
  /** Whether calling twice with the same arguments ends as calling once does. Default: GET, PUT and DELETE do. */
  readonly idempotent?: boolean;
  /** Reaches beyond the instance: sends mail or messages, or contacts another server. */
  readonly openWorld?: boolean;
  /** Inputs that are secrets: they appear in the request to Clerk and nowhere else. */
  readonly secrets?: readonly string[];
  /** The answer carries a secret although the risk is not `credential`. */
  readonly returnsCredential?: boolean;
  readonly target?: Target;
  readonly consequences?: readonly Consequence[];
  /** What a person must type to confirm: the target's name, an input's value, or the instance's domain. */
  readonly typed?: 'target' | 'instance' | `{${string}}`;
  /** The input that holds the items of a bulk call. */
  readonly bulk?: string;
}

interface Free extends Declared {
  readonly risk: 'read' | 'write';
  readonly destructiveWhen?: never;
  readonly raised?: never;
  readonly effect?: never;
}

interface SometimesGated extends Declared {
  readonly risk: 'write';
  readonly destructiveWhen: readonly Condition[];
  readonly raised?: never;
  /** What will happen, for the person who confirms. `{input}`, `{target}` and `{where}` (a secret goes) are filled in. */
  readonly effect: string;
}

interface AlwaysGated extends Declared {
  readonly risk: 'destructive' | 'credential';
  readonly destructiveWhen?: never;
  readonly raised?: never;
  /** What will happen, for the person who confirms. `{input}`, `{target}` and `{where}` (a secret goes) are filled in. */
  readonly effect: string;
}

interface Raised extends Declared {
  readonly risk: 'read' | 'write';
  readonly destructiveWhen?: never;
  readonly raised: RaisedRisk;
  /** What will happen, for the person who confirms. `{input}`, `{target}` and `{where}` (a secret goes) are filled in. */
  readonly effect: string;
}

export type OperationSpec = Free | SometimesGated | AlwaysGated | Raised;

type WithoutSchemas<T> = T extends unknown ? Omit<T, 'path' | 'query' | 'body'> : never;

/** A declaration less its zod schemas: plain JSON. */
export type PlainSpec = WithoutSchemas<OperationSpec> & {
  /** False for what was made of somebody's document and nobody has looked at. No declaration says so. */
  readonly reviewed?: false;
};

/** What a host puts before the model, as `tools/list` gives it. */
export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown };
  /** What `structuredContent` is like, where there is some. */
  readonly outputSchema?: { readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
    readonly title?: string;
  };
  readonly _meta?: { readonly [key: string]: unknown };
}

export type Arguments = Readonly<Record<string, unknown>>;
