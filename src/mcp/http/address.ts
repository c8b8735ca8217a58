import { BlockList, isIP } from 'node:net';
import { UserError } from '../../platform/user-error.js';

/** An entry in the list of trusted proxies that is neither an address nor a network. */
export class ProxyEntryError extends UserError {
  override readonly name = 'ProxyEntryError';
}

/** Finds out where a request really came from, behind trusted proxies. */
export class ClientAddress {
  readonly #proxies = new BlockList();
  readonly #trustsSome: boolean;

  /**
   * @param trustedProxies addresses (`10.0.0.7`) and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed
   * @throws ProxyEntryError
   */
  constructor(trustedProxies: readonly string[] = []) {
    for (const entry of trustedProxies) this.#trust(entry.trim());
    this.#trustsSome = trustedProxies.length > 0;
  }

  /**
   * The nearest address that does not belong to a trusted proxy. Addresses further away in the header may be made up.
   * @param remote the address at the other end of the connection
   */
  of(remote: string | undefined, headers: Headers): string | undefined {
    if (!this.#trustsSome) return remote;
    let nearest = remote;
    const forwarded = (headers.get('x-forwarded-for') ?? '').split(',').map((address) => address.trim());
    while (nearest !== undefined && this.#isTrusted(nearest)) {
      const before = forwarded.pop();
      if (before === undefined || isIP(before) === 0) break;
      nearest = before;
    }
    return nearest;
  }

  #trust(entry: string): void {
    const [address = '', bits] = entry.split('/');
    const version = isIP(address);
    const prefix = bits === undefined ? undefined : Number(bits);
    const most = version === 6 ? 128 : 32;
    if (version === 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(bits ?? '') && prefix <= most))) {
      throw new ProxyEntryError(`${JSON.stringify(entry)} is not an address or network. Expected 10.0.0.7 or 10.0.0.0/8.`);
    }
    this.#proxies.addSubnet(address, prefix ?? most, version === 6 ? 'ipv6' : 'ipv4');
  }

  #isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.#proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}
