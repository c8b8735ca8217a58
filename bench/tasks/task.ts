/** Makes one call as an agent does; what comes back as JSON. */
export type MakeCall = (name: string, args: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>;

/** Asks the API itself. */
export type AskApi = (path: string) => Promise<unknown>;

/** A job that an agent does, as a fixed list of calls, with the most that it may cost. */
export interface Task {
  readonly name: string;
  readonly run: (call: MakeCall) => Promise<void>;
  /** What is so at the end. Empty: all is as it should be. */
  readonly faults: (ask: AskApi) => Promise<readonly string[]>;
  readonly most: {
    readonly calls: number;
    /** Of arguments and answers together, in o200k_base. */
    readonly tokens: number;
    readonly questions: number;
  };
}

/** What a task has cost. */
export interface Cost {
  readonly calls: number;
  readonly tokens: number;
  readonly questions: number;
}

export const listOf = (body: unknown): readonly Readonly<Record<string, unknown>>[] =>
  (Array.isArray(body) ? body : ((body as { data?: unknown }).data ?? [])) as readonly Readonly<Record<string, unknown>>[];

/** The fault, where the two are not the same. */
export const differs = (what: string, found: unknown, wanted: unknown): readonly string[] =>
  JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];
