import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { isExpired, type VoidableRow } from './voidable.js';

/** The way into the admin portal, of one organization or of the instance. Its tokens open it. */
export interface AdminPortalLinkRow extends Row {
  organization_id: string | null;
  /** The organization's id, or the instance's. */
  origin: string;
}

export const adminPortalLinks = defineResource<AdminPortalLinkRow>()({
  name: 'admin_portal_link',
  prefix: 'apl',
  unique: { origin: (row) => row.origin },
  owners: { organization: 'organization_id' },
});

export interface AdminPortalLinkTokenRow extends VoidableRow {
  admin_portal_link_id: string;
  instance_id: string;
  organization_id: string | null;
  it_contact_id: string | null;
  scopes: string[] | null;
  token: string;
}

export const adminPortalLinkTokens = defineResource<AdminPortalLinkTokenRow>()({
  name: 'admin_portal_link_token',
  prefix: 'aplt',
  owners: { admin_portal_link: 'admin_portal_link_id' },
  show: ({ token: _, ...row }, instance) => ({
    object: 'admin_portal_link_token',
    ...row,
    expired: isExpired(row, instance),
  }),
});
