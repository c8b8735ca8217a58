/** Ids, keys and tokens that earlier steps brought. */
export type Held = Record<string, string>;

/** A request to the sandbox's own addresses. */
export interface ControlRequest {
  readonly method: 'GET' | 'POST';
  /** `{name}` in it and in the body stands for what is held. */
  readonly path: string;
  readonly body?: object;
  readonly keep: Readonly<Record<string, string>>;
}

export interface Step {
  readonly operation: string;
  /** What the operation is given. `{name}` in a text stands for what an earlier step kept under that name. */
  readonly args?: object;
  /** Names under which to keep what the answer has at a path such as `data.0.id`. */
  readonly keep?: Readonly<Record<string, string>>;
  /** What the sandbox is asked for beforehand, since no operation brings it about. */
  readonly first?: ControlRequest;
  /** Under what name the secret key is held that it is sent with. Default: the instance's. */
  readonly key?: string;
}

export const step = (
  operation: string,
  args: object = {},
  keep: Readonly<Record<string, string>> = {},
  more: Pick<Step, 'first' | 'key'> = {},
): Step => ({ operation, args, keep, ...more });

/** The step's arguments with what is held filled in. A name that is not held stays as it is. */
export const fillIn = (args: object, held: Readonly<Held>): Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(args).replaceAll(/"\{(\w+)\}"/g, (whole, name: string) => (name in held ? JSON.stringify(held[name]) : whole)),
  );

/** What an answer has at a path such as `data.0.id`. */
export const at = (value: unknown, path: string): string =>
  String(path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value));

/** Keeps what an answer brought. */
export function hold(held: Held, keep: Readonly<Record<string, string>>, answer: unknown): void {
  for (const [name, path] of Object.entries(keep)) held[name] = at(answer, path);
}

/** Asks the sandbox for what a step needs first. @param send Sends a request and gives the body of its answer */
export async function prepare(
  { first }: Step,
  held: Held,
  send: (method: string, path: string, body?: object) => Promise<unknown>,
): Promise<void> {
  if (first === undefined) return;
  const path = first.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => held[name] ?? '');
  hold(held, first.keep, await send(first.method, path, first.body && fillIn(first.body, held)));
}
