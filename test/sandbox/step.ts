/** Ids and tokens that earlier steps brought. */
export type Held = Record<string, string>;

export interface Step {
  readonly operation: string;
  /** What the operation is given. `{name}` in a text stands for what an earlier step kept under that name. */
  readonly args?: object;
  /** Names under which to keep what the answer has at a path such as `data.0.id`. */
  readonly keep?: Readonly<Record<string, string>>;
}

export const step = (operation: string, args: object = {}, keep: Readonly<Record<string, string>> = {}): Step => ({
  operation,
  args,
  keep,
});
