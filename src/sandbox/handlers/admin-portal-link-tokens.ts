import { changes, must } from '../domain/found.js';
import { mustHaveOrganizations } from '../domain/members.js';
import { newVoidable, revoke } from '../domain/voidable.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { type AdminPortalLinkRow, adminPortalLinks, adminPortalLinkTokens } from '../resources/admin-portal-link-token.js';
import { organizations } from '../resources/organization.js';
import { malformedParam } from '../sandbox-error.js';

const DEFAULT_SECONDS = 60 * 60;
const TOKEN_LETTERS = 43;

/** @throws SandboxError when there is no such organization. */
function parseOrganization(instance: Instance, id: string | undefined): string | null {
  if (id === undefined) return null;
  if (!id.startsWith('org_')) {
    throw malformedParam('organization_id', 'organization_id must be the id of an organization, org_….');
  }
  mustHaveOrganizations(instance);
  return must(instance, organizations, id).id;
}

/** The link of an organization, or the instance's own. */
function linkOf(instance: Instance, organization_id: string | null): AdminPortalLinkRow {
  const origin = organization_id ?? instance.id;
  const links = instance.of(adminPortalLinks);
  return links.one('origin', origin) ?? links.insert({ organization_id, origin });
}

export const adminPortalLinkTokensHandlers: Handlers = {
  AdminPortalLinkTokens_createToken: answers(
    ({ instance, body }) => {
      const organization_id = parseOrganization(instance, body.organization_id);
      const row = instance.insert(adminPortalLinkTokens, {
        ...newVoidable(instance, adminPortalLinkTokens, body.seconds_until_expiration ?? DEFAULT_SECONDS),
        admin_portal_link_id: linkOf(instance, organization_id).id,
        instance_id: instance.id,
        organization_id,
        it_contact_id: body.it_contact_id ?? null,
        scopes: body.scopes === undefined ? null : [...body.scopes],
        token: instance.random.base62(TOKEN_LETTERS),
      });
      return { ...adminPortalLinkTokens.show(row, instance), token: row.token };
    },
    { status: 201 },
  ),

  AdminPortalLinkTokens_revokeToken: changes(
    adminPortalLinkTokens,
    (row, { instance, body }) => revoke(instance, adminPortalLinkTokens, row, body.revocation_reason),
    { param: 'adminPortalLinkTokenID' },
  ),
};
