import { isIPv4, isIPv6 } from 'node:net';

/** Whether a host to listen on, or an address, can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost') return true;
  if (isIPv4(name)) return name.startsWith('127.');
  if (!isIPv6(name)) return false;
  // The URL parser knows every spelling of an IPv6 address and returns a single one.
  const { hostname } = new URL(`http://[${name.split('%', 1)[0]}]`);
  return hostname === '[::1]' || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(hostname);
}
