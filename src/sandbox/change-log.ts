import type { Change } from './changes.js';
import type { SandboxRequest } from './middleware.js';
import { masked } from './request-log.js';
import { messages } from './resources/message.js';

const MOST_CHANGES = 200;
/** Not told of a change: it goes along with every one. */
const STAMP = 'updated_at';

/** One row that came, changed or went, as `/_sandbox/changes` shows it. */
export interface RecordedChange {
  /** Unix milliseconds. */
  readonly at: number;
  /** `PATCH /users/user_1` */
  readonly request: string;
  readonly resource: string;
  readonly id: string;
  readonly what: 'created' | 'updated' | 'deleted';
  /** The columns that differ, secrets masked. Of a new row, or one that is gone, all of them. */
  readonly columns: Readonly<Record<string, { readonly before?: unknown; readonly after?: unknown }>>;
}

/** Keeps what changed last. */
export class ChangeLog {
  #changes: RecordedChange[] = [];

  /** Oldest first. */
  get changes(): readonly RecordedChange[] {
    return this.#changes;
  }

  clear(): void {
    this.#changes = [];
  }

  add(changes: readonly Change[], { method, segments }: SandboxRequest, at: number): void {
    const request = `${method} /${segments.join('/')}`;
    for (const { resource, id, before, after } of changes) {
      // Messages are shown by themselves.
      if (resource === messages.name) continue;
      const what = before === undefined ? 'created' : after === undefined ? 'deleted' : 'updated';
      const columns = differing(before, after);
      if (Object.keys(columns).length > 0) this.#changes.push({ at, request, resource, id, what, columns });
    }
    this.#changes.splice(0, this.#changes.length - MOST_CHANGES);
  }
}

function differing(before: object = {}, after: object = {}): RecordedChange['columns'] {
  const [was, is] = [before, after].map((row) => masked(row) as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const raw = [before, after] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => name !== STAMP && JSON.stringify(raw[0]?.[name]) !== JSON.stringify(raw[1]?.[name]),
  );
  const side = (values: Record<string, unknown>, name: string, key: 'before' | 'after') =>
    name in values ? { [key]: values[name] } : {};
  return Object.fromEntries(names.map((name) => [name, { ...side(was, name, 'before'), ...side(is, name, 'after') }]));
}
