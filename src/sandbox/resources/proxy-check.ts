import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** The last test of a proxy for a domain. */
export interface ProxyCheckRow extends Row {
  domain_id: string;
  proxy_url: string;
  successful: boolean;
  last_run_at: number;
}

/** What finds the one check of a proxy for a domain. */
export const proxyKey = (domainId: string, proxyUrl: string): string => `${domainId}|${proxyUrl}`;

export const proxyChecks = defineResource<ProxyCheckRow>()({
  name: 'proxy_check',
  prefix: 'pchk',
  unique: { proxy: (row) => proxyKey(row.domain_id, row.proxy_url) },
  owners: { domain: 'domain_id' },
});
