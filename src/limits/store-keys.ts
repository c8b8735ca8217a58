/** The keys of one deployment. All of them are made here. */
export interface StoreKeys {
  /** What the store remembers of itself. */
  readonly memory: string;
  readonly revoked: string;
  once(id: string): string;
  window(key: string): string;
  record(kind: string, id: string): string;
  /** The ids of a kind's records. */
  records(kind: string): string;
}

/** @param prefix what tells deployments apart that share a server */
export function storeKeys(prefix: string): StoreKeys {
  // The braces keep all keys of a deployment in one slot of a cluster, as scripts over several keys require.
  const start = `{${prefix}}`;
  return {
    memory: `${start}:memory`,
    revoked: `${start}:revoked`,
    once: (id) => `${start}:once:${id}`,
    window: (key) => `${start}:window:${key}`,
    record: (kind, id) => `${start}:record:${kind}:${id}`,
    records: (kind) => `${start}:records:${kind}`,
  };
}
