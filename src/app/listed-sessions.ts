import type { SessionSeen } from '../approvals/caller-book.js';
import type { AuthenticatedCaller } from '../mcp/auth/authenticator.js';
import type { Connection } from '../mcp/http/connection.js';
import { type Place, Sessions } from '../mcp/http/sessions.js';

type Value = Connection | undefined;

/** Sessions that approvers can see. */
export class ListedSessions extends Sessions<Value> {
  readonly #open = new Map<string, { readonly caller: string; readonly value: Value; readonly since: number }>();

  override reserve(caller: AuthenticatedCaller): ReturnType<Sessions<Value>['reserve']> {
    const place = super.reserve(caller);
    if (!place.ok) return place;
    const fill: Place<Value>['fill'] = (id, value, close, widened) => {
      this.#open.set(id, { caller: caller.name, value, since: Date.now() });
      const closed: typeof close = (reason) => {
        this.#open.delete(id);
        return close(reason);
      };
      return place.fill(id, value, closed, widened);
    };
    return { ...place, fill };
  }

  list(): readonly SessionSeen[] {
    return [...this.#open.values()].map(({ caller, value, since }) => {
      const client = value?.server.getClientVersion();
      return { caller, transport: 'http', client: client?.name, clientVersion: client?.version, since };
    });
  }
}
