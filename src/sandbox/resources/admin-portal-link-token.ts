import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';
import { isExpired, type VoidableRow, voidable } from './voidable.js';

/** The way into the admin portal, of one organization or of the instance. Its tokens open it. */
export interface AdminPortalLinkRow extends Row {
  organization_id: string | null;
  /** The organization's id, or the instance's. */
  origin: string;
}

export const adminPortalLinks = defineResource<AdminPortalLinkRow>()({
  name: 'admin_portal_link',
  prefix: 'apl',
  shape: z.never(),
  unique: { origin: (row) => row.origin },
  lookup: { organization_id: (row) => row.organization_id },
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

const sent = {
  object: z.literal('admin_portal_link_token'),
  id: z.string(),
  admin_portal_link_id: z.string(),
  instance_id: z.string(),
  organization_id: z.string().nullable(),
  it_contact_id: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  ...voidable,
  created_at: time,
  updated_at: time,
};

/** What creating one answers, and nothing else does. */
export const adminPortalLinkTokenWithSecret = z.strictObject({ ...sent, token: z.string() });

export const adminPortalLinkTokens = defineResource<AdminPortalLinkTokenRow>()({
  name: 'admin_portal_link_token',
  prefix: 'aplt',
  shape: z.strictObject(sent),
  lookup: { admin_portal_link_id: (row) => row.admin_portal_link_id },
  owners: { admin_portal_link: 'admin_portal_link_id' },
  show: ({ token: _, ...row }, instance) => ({
    object: 'admin_portal_link_token',
    ...row,
    expired: isExpired(row, instance),
  }),
});
