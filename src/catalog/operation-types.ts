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
 * A test on an input's value. `given`: not left out; null counts as given. `filled`: neither null, blank nor an empty
 * list. `true`, `false`: exactly that. `unless false`: true, null or left out, where Clerk takes those for true or does
 * not say. `several`: the inputs together hold more than one value. `grants`: metadata with a key from which
 * applications derive rights. `administers`: the key or id of a role that manages its organization, or may do so.
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
 * Holds when one of the inputs passes the test. Dots lead into objects and lists; one item of a list is enough. `fields`
 * stands for the parts of the answer that the caller wants.
 */
export interface Condition {
  readonly input: string | readonly string[];
  readonly is: Test;
}

/** Holds when a member's present role administers the organization, or when the role cannot be looked up. */
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
 * How a call is taken back. In `with`, `{input}` stands for an input of the call, `{before.path}` for a value of the
 * object before the call, `{answer.path}` for a value in Clerk's answer; anything else stands for itself.
 */
export interface TakenBack {
  /** The operation that takes it back; the same operation where it restores former values. */
  readonly by: string;
  readonly with: Readonly<Record<string, unknown>>;
  /** How the object is read. Default: as the target is read. */
  readonly read?: ObjectReadSpec;
  /** The given inputs get the values that the object had: whole, or key by key, the way metadata is merged. */
  readonly restores?: 'inputs' | 'keys';
  /** The path of an input's value in the object. Default: the input's name. */
  readonly stands?: Readonly<Record<string, string>>;
  /** Inputs whose former value cannot be read: a call that sets one of them cannot be taken back. */
  readonly unread?: readonly string[];
  /** Inputs that the API merges key by key, where `restores` is `inputs`: null removes keys that were not there before. */
  readonly merged?: readonly string[];
  /** Inputs that null does not clear: where there was no value, an empty text is put back. */
  readonly emptied?: readonly string[];
  /**
   * The parts of the object that must still be as the call left them. Default: the inputs that are restored, or the whole
   * object. Empty: no read shows it, so it is taken back without a check.
   */
  readonly watch?: readonly string[];
  /** What does not come back, as a clause: `the sessions that it ended stay ended`. */
  readonly lost?: string;
}

/** How an object is read. `find`: the path in a list's items that must match an input of the call. */
export interface ObjectReadSpec {
  readonly read: string;
  readonly with: Readonly<Record<string, unknown>>;
  readonly find?: Readonly<Record<string, string>>;
}

/** How a call is taken back, or why it never can be, as a clause: `a deleted user cannot be brought back`. */
export type Undo = TakenBack | { readonly never: string };

/** Something that seems to be gone but stays, as a clause: `pending invitations to the user's addresses`. */
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
  /** At least one of these inputs must be given. */
  readonly needsOneOf?: readonly string[];
  /** The multipart field that carries an image; the other body inputs go beside it. */
  readonly image?: string;
  /** Carried out here by many calls of other operations, and never sent itself: `request` only describes it. */
  readonly job?: true;
  /** A job that takes `confirm` once for all of its calls. */
  readonly confirms?: true;
  /** What a success answers with. Default: JSON. */
  readonly answers?: 'text' | 'nothing';
  /** What to use instead: `Use X.` Only on deprecated operations. */
  readonly deprecated?: string;
  /** Whether calling twice with the same arguments has the effect of calling once. Default: true for GET, PUT and DELETE. */
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
  /** What makes a call riskier than `risk` says. The gate follows it; the tool's annotations follow `risk`. */
  readonly raises?: readonly Raise[];
  /** Annotated as destructive although `risk` is `write`, since some of its calls can be. */
  readonly mayDestroy?: true;
  /**
   * It helps to contain an incident: it ends or bars access, and its effects can be made good. Such calls have budgets of
   * their own.
   */
  readonly defensive?: true;
  /** Further paths that its answer shows, beside the object's state and the inputs of the same names. */
  readonly changes?: readonly string[];
  /** What it leaves behind. */
  readonly leaves?: readonly Left[];
  /** Whether and how it is taken back. Left out for reads. */
  readonly undo?: Undo;
  /** The input that attempts are counted by: without a limit, a caller would guess the secret in the end. */
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

/** A declaration without its zod schemas: plain JSON. */
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
  /** The schema of `structuredContent`, where there is any. */
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
