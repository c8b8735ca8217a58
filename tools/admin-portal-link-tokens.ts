import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, revocationReason } from './schemas.js';

export const adminPortalLinkTokens = {
  createToken: defineOperation({
    name: 'AdminPortalLinkTokens_createToken',
    clerk: 'createAdminPortalLinkToken',
    request: 'POST /admin_portal_link_tokens',
    title: 'Create admin portal token',
    description: "Mints a token that lets a customer's IT contact into the admin portal, for one organization where given.",
    body: {
      organization_id: z.string().optional(),
      it_contact_id: z.string().min(1).optional().describe('Your own reference to the person'),
      scopes: z.array(z.string().min(1)).optional(),
      seconds_until_expiration: z.int().gt(0).meta({ minimum: 0 }).max(86400).optional().describe('Default 3600'),
    },
    risk: 'credential',
    effect:
      'Shows {where} a token that lets whoever has it into the admin portal (organization {organization_id}, scopes {scopes}).',
    undo: {
      by: 'AdminPortalLinkTokens_revokeToken',
      with: { adminPortalLinkTokenID: '{answer.id}' },
      lost: 'what was done with it stays done',
    },
  }),

  revokeToken: defineOperation({
    name: 'AdminPortalLinkTokens_revokeToken',
    clerk: 'revokeAdminPortalLinkToken',
    request: 'POST /admin_portal_link_tokens/{adminPortalLinkTokenID}/revoke',
    title: 'Revoke admin portal token',
    description: 'Voids a token of AdminPortalLinkTokens_createToken before it expires.',
    path: { adminPortalLinkTokenID: id.describe('aplt_…') },
    body: {
      revocation_reason: revocationReason,
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids admin portal token {adminPortalLinkTokenID} for good: its link no longer opens the portal.',
    undo: { never: 'what was revoked cannot be made valid again' },
  }),
};
