import type * as z from 'zod';

/**
 * How much harm a call can do. Given by hand for each operation, never guessed from the HTTP method.
 * `access`: it gives, widens or moves a person's access, removes a defence, or moves money.
 */
export const RISKS = ['read', 'write', 'destructive', 'credential', 'access'] as const;
export type Risk = (typeof RISKS)[number];
export type GatedRisk = Exclude<Risk, 'read' | 'write'>;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Inputs by the API's own names. */
export type Shape = Readonly<Record<string, z.ZodType>>;

/** A body that is an array in the API: one input carries it, named for what it holds. */
export interface ArrayBody {
  readonly as: string;
  readonly items: z.ZodArray;
}

/**
 * What is asked of an input's value. `given`: anything but left out, null too. `filled`: neither null, blank nor an
 * empty list. `true`, `false`: exactly that. `unless false`: true, null or left out, where Clerk takes that for true or
 * does not say. `several`: the inputs hold more than one value together. `grants`: metadata with a key that applications take rights from. `administers`: the key or id of a
 * role that manages its organization, or of which that cannot be ruled out.
 */
export type Test =
  | 'given'
  | 'filled'
  | 'blank'
  | 'unless false'
  | 'several'
  | 'grants'
  | 'administers'
  | boolean
  | { readonly oneOf: readonly string[] }
  | { readonly matches: string };

/**
 * Holds when one of the inputs passes the test. Dots lead into objects and lists, of which one item is enough. `fields` is
 * what the caller wants to see of the answer.
 */
export interface Condition {
  readonly input: string | readonly string[];
  readonly is: Test;
}

/** Holds when the role that a member has now administers, or when that cannot be looked up. */
export interface CurrentRole {
  readonly currentRole: { readonly organization: string; readonly user: string };
}

/** A risk beside the operation's own, for some of its calls or for all. */
export interface Raise {
  /** All of them must hold. Default: every call. */
  readonly when?: Condition | CurrentRole | readonly (Condition | CurrentRole)[];
  readonly risk: GatedRisk;
  /** What will happen, for the person who confirms. `{input}`, `{target}` and `{where}` (a secret goes) are filled in. */
  readonly effect: string;
}

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
  /** The same where it is exactly one: `1 active session ends`. */
  readonly one: string;
}

/**
 * How a call is taken back. In `with`, `{input}` stands for an input of the call, `{before.path}` for what the object showed
 * before it, `{answer.path}` for what Clerk answered; anything else stands for itself.
 */
export interface TakenBack {
  /** The operation that takes it back; the same one where it puts former values back. */
  readonly by: string;
  readonly with: Readonly<Record<string, unknown>>;
  /** Where the object is read. Default: the read of the target. */
  readonly read?: ObjectReadSpec;
  /** The inputs given get the values that the object had: whole, or key by key, as metadata is merged. */
  readonly restores?: 'inputs' | 'keys';
  /** Where the value of an input stands in the object. Default: under its own name. */
  readonly stands?: Readonly<Record<string, string>>;
  /** Inputs whose former value cannot be read: a call that gives one is not taken back. */
  readonly unread?: readonly string[];
  /** Inputs that the API merges key by key, where `restores` is `inputs`: null takes away what was not there. */
  readonly merged?: readonly string[];
  /** Inputs that null leaves as they are: where there was nothing, an empty text is put back. */
  readonly emptied?: readonly string[];
  /**
   * What of the object must still be as the call left it. Default: the inputs that are put back, or all of it. Empty: no
   * read shows it, and it is taken back without a look.
   */
  readonly watch?: readonly string[];
  /** What does not come back, as a clause: `the sessions that it ended stay ended`. */
  readonly lost?: string;
}

/** How an object is read. `find`: where in the items of a list stands what an input of the call holds. */
export interface ObjectReadSpec {
  readonly read: string;
  readonly with: Readonly<Record<string, unknown>>;
  readonly find?: Readonly<Record<string, string>>;
}

/** Whether a call can be taken back; why it never can, as a clause: `a deleted user cannot be brought back`. */
export type Undo = TakenBack | { readonly never: string };

/** Something that one may take for gone and that stays, as a clause: `pending invitations to the user's addresses`. */
export interface Left {
  readonly what: string;
  /** The operation that removes or ends it. */
  readonly by: string;
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
  /** Carried out here by many calls of other operations, and itself never sent: `request` only tells what it does. */
  readonly job?: true;
  /** A job that is confirmed for all of its calls at once, and takes `confirm` for that. */
  readonly confirms?: true;
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
  readonly target?: Target;
  readonly consequences?: readonly Consequence[];
  /** What a person must type to confirm: the target's name, an input's value, or the instance's domain. */
  readonly typed?: 'target' | 'instance' | `{${string}}`;
  /** The input that holds the items of a bulk call. */
  readonly bulk?: string;
  /** What makes a call riskier than `risk` says. The gate keeps to it; the tool's annotations keep to `risk`. */
  readonly raises?: readonly Raise[];
  /** Annotated as destructive although `risk` is `write`: the API's facts count some calls of it so. */
  readonly mayDestroy?: true;
  /**
   * It brings an incident under control: it ends access or bars it, and what it does can be made good. Such calls have
   * budgets of their own.
   */
  readonly defensive?: true;
  /** What its answer shows beside the object's state and the inputs of the same names, as paths. */
  readonly changes?: readonly string[];
  /** What it leaves behind. */
  readonly leaves?: readonly Left[];
  /** Whether and how it is taken back. Of what only reads there is nothing to say. */
  readonly undo?: Undo;
  /** The input by which attempts are counted: without a limit, a caller would guess the secret in the end. */
  readonly guesses?: string;
}

interface Free extends Declared {
  readonly risk: 'read' | 'write';
  readonly effect?: never;
}

interface Gated extends Declared {
  readonly risk: GatedRisk;
  /** What will happen, for the person who confirms. `{input}`, `{target}` and `{where}` (a secret goes) are filled in. */
  readonly effect: string;
}

export type OperationSpec = Free | Gated;

type WithoutSchemas<T> = T extends unknown ? Omit<T, 'path' | 'query' | 'body'> : never;

/** A declaration less its zod schemas: plain JSON. */
export type PlainSpec = WithoutSchemas<OperationSpec> & {
  /** False for a tool made from a user's OpenAPI document, which has not been reviewed. No declaration says so. */
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
