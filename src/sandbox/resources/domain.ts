import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** A domain of the instance. The oldest that is not a satellite is the active one; a move adds another. */
export interface DomainRow extends Row {
  /** `example.com`. */
  name: string;
  is_satellite: boolean;
  proxy_url: string | null;
  /** The origin of local development; empty for none. */
  development_origin: string;
}

export const domains = defineResource<DomainRow>()({
  name: 'domain',
  prefix: 'dmn',
  unique: { name: (row) => row.name },
  show: ({ created_at: _, updated_at: __, ...row }) => ({
    object: 'domain',
    ...row,
    frontend_api_url: row.proxy_url ?? `https://clerk.${row.name}`,
    accounts_portal_url: row.is_satellite ? null : `https://accounts.${row.name}`,
    cname_targets: cnameTargets(row),
  }),
});

/** The DNS records that point a domain at Clerk. A proxied domain needs none. */
function cnameTargets({ name, is_satellite, proxy_url }: Pick<DomainRow, 'name' | 'is_satellite' | 'proxy_url'>): object[] {
  if (proxy_url !== null) return [];
  const frontend = { host: `clerk.${name}`, value: 'frontend-api.clerk.services', required: true };
  if (is_satellite) return [frontend];
  return [
    frontend,
    { host: `accounts.${name}`, value: 'accounts.clerk.services', required: true },
    { host: `clkmail.${name}`, value: `mail.${name}.clerk.services`, required: true },
  ];
}

const FIRST_NAME = 'sandbox.example.com';

/** The active domain. An instance has one from the start. */
export function primaryDomain(instance: Instance): DomainRow {
  const held = instance.of(domains);
  return (
    held.oldestFirst().find((row) => !row.is_satellite) ??
    held.insert({ name: FIRST_NAME, is_satellite: false, proxy_url: null, development_origin: '' })
  );
}
