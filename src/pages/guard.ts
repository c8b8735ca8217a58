/** How to tell where a request comes from. */
export interface GuardOptions {
  /** Values of `Host` under which the server is reached. Default: the request's own, which was checked before. */
  readonly hosts?: (() => ReadonlySet<string>) | undefined;
}

/** The parts of a request that are checked. */
interface Asking {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

const SAFE = new Set(['GET', 'HEAD']);

/**
 * Why a request is refused: it was sent to another name (a page that makes its own name point here), or by another
 * site. A link to here may be opened from anywhere: that shows nothing without signing in, and changes nothing.
 */
export function refuseForeign(request: Asking, { hosts }: GuardOptions): string | undefined {
  const { headers, method } = request;
  const host = headers.get('host') ?? new URL(request.url).host;
  if (hosts !== undefined && !hosts().has(host.toLowerCase())) return 'Unknown host.';
  const origin = headers.get('origin');
  if (origin !== null && (!URL.canParse(origin) || new URL(origin).host !== host.toLowerCase())) return 'Unknown origin.';
  const site = headers.get('sec-fetch-site');
  if (site === null || site === 'same-origin' || site === 'none') return undefined;
  const isLink = SAFE.has(method) && headers.get('sec-fetch-mode') === 'navigate' && headers.get('sec-fetch-dest') === 'document';
  return isLink ? undefined : 'Another site sent this request.';
}
