/** The store gave no answer in time. `reason` is a short code (`ECONNREFUSED`, `timeout`, `READONLY`) and never holds data. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly reason: string;

  constructor(reason: string) {
    super(`The shared store is not available (${reason}).`);
    this.reason = reason;
  }
}
