import { must } from '../domain/found.js';
import { parseIdentifier } from '../domain/identifiers.js';
import { isPending, mailInvitation, newInvitation } from '../domain/invitations.js';
import { byStatus, listsAcrossOrganizations } from '../domain/invitations-across-organizations.js';
import { membershipOf, mustManageMembers, refuseFull } from '../domain/members.js';
import { metadataOf } from '../domain/metadata.js';
import { parseRole } from '../domain/roles.js';
import { containing } from '../filters.js';
import { answers, type Handlers, type Naming } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { type Listing, lists } from '../list.js';
import { emailAddresses } from '../resources/identifiers.js';
import { invitationStatus } from '../resources/invitation.js';
import { type OrganizationRow, organizations } from '../resources/organization.js';
import { type OrganizationInvitationRow, organizationInvitations } from '../resources/organization-invitation.js';
import { users } from '../resources/user.js';
import { notFound, refuse } from '../sandbox-error.js';

type Invite = BodyOf<'OrganizationInvitations_createAndSend'>;

const organizationIn = ({ instance, path }: Naming<'organization_id'>): OrganizationRow =>
  must(instance, organizations, path.organization_id);

const invitationsOf = (instance: Instance, organizationId: string) =>
  instance.many(organizationInvitations, 'organization_id', organizationId);

/** The invitation to keep. Nothing is kept yet, so that of several all or none are. @throws SandboxError */
function check(instance: Instance, organization: OrganizationRow, invite: Invite): Invite {
  const email = parseIdentifier('email_address', invite.email_address);
  parseRole(instance, invite.role, organization);
  if (typeof invite.inviter_user_id === 'string') {
    mustManageMembers(instance, organization.id, must(instance, users, invite.inviter_user_id).id);
  }
  const holder = instance.one(emailAddresses, 'email_address', email);
  if (holder !== undefined && membershipOf(instance, organization.id, holder.user_id) !== undefined) {
    const why = `${email} belongs to a member of the organization already.`;
    throw refuse(400, 'already_a_member_in_organization', 'Already a member', why);
  }
  const pending = invitationsOf(instance, organization.id).some((row) => row.email_address === email && isPending(row, instance));
  if (pending) throw notUnique(email);
  return { ...invite, email_address: email };
}

const notUnique = (email: string) =>
  refuse(400, 'organization_invitation_not_unique', 'Already invited', `${email} has a pending invitation to the organization.`);

/** Those who are invited already may become members too. */
const refuseTooMany = (instance: Instance, organization: OrganizationRow, more: number): void =>
  refuseFull(
    instance,
    organization,
    more + invitationsOf(instance, organization.id).filter((row) => isPending(row, instance)).length,
  );

function keep(instance: Instance, organization: OrganizationRow, invite: Invite): OrganizationInvitationRow {
  const row = instance.insert(organizationInvitations, {
    ...newInvitation(instance, invite, metadataOf(invite, 'public_metadata')),
    organization_id: organization.id,
    role: invite.role,
    inviter_id: invite.inviter_user_id ?? null,
    private_metadata: metadataOf(invite, 'private_metadata'),
  });
  const inviter = instance.get(users, row.inviter_id ?? '');
  const inviter_name = [inviter?.first_name, inviter?.last_name].filter((part) => part != null).join(' ') || 'Somebody';
  mailInvitation(instance, 'organization_invitation', row, invite, { 'org.name': organization.name, inviter_name });
  return row;
}

function invitationIn({ instance, path }: Naming<'organization_id' | 'invitation_id'>): OrganizationInvitationRow {
  const organization = organizationIn({ instance, path });
  const row = must(instance, organizationInvitations, path.invitation_id);
  if (row.organization_id !== organization.id) throw notFound(organizationInvitations.title, row.id);
  return row;
}

const listing: Listing<OrganizationInvitationRow, InputsOf<'OrganizationInvitations_list'>> = {
  envelope: 'page',
  within: (call) => invitationsOf(call.instance, organizationIn(call).id),
  filters: {
    email_address: (value: string) => ({ test: (row) => row.email_address === value.toLowerCase() }),
  },
  orders: { email_address: (row) => row.email_address },
};

export const organizationInvitationsHandlers: Handlers = {
  OrganizationInvitations_listForInstance: listsAcrossOrganizations({
    filters: { query: containing((row, has) => has(row.email_address)) },
    orders: { email_address: (row) => row.email_address },
  }),

  OrganizationInvitations_list: lists(organizationInvitations, {
    ...listing,
    filters: { ...listing.filters, status: byStatus },
    repeated: ['status'],
  }),

  OrganizationInvitations_listPending: lists(organizationInvitations, {
    ...listing,
    within: (call) => invitationsOf(call.instance, organizationIn(call).id).filter((row) => isPending(row, call.instance)),
  }),

  OrganizationInvitations_getById: answers((call) => organizationInvitations.show(invitationIn(call), call.instance)),

  OrganizationInvitations_createAndSend: answers((call) => {
    const organization = organizationIn(call);
    const checked = check(call.instance, organization, call.body);
    refuseTooMany(call.instance, organization, 1);
    const row = keep(call.instance, organization, checked);
    return organizationInvitations.show(row, call.instance);
  }),

  OrganizationInvitations_bulkCreateAndSend: answers((call) => {
    const organization = organizationIn(call);
    const checked = call.items.map((invite) => check(call.instance, organization, invite));
    const emails = checked.map((invite) => invite.email_address);
    const twice = emails.find((email, at) => emails.indexOf(email) !== at);
    if (twice !== undefined) throw notUnique(twice);
    refuseTooMany(call.instance, organization, checked.length);
    const data = checked.map((invite) => organizationInvitations.show(keep(call.instance, organization, invite), call.instance));
    return { data, total_count: data.length };
  }),

  OrganizationInvitations_revokeInvitation: answers((call) => {
    const { instance, body } = call;
    const row = invitationIn(call);
    if (typeof body.requesting_user_id === 'string') mustManageMembers(instance, row.organization_id, body.requesting_user_id);
    if (!isPending(row, instance)) {
      const why = `The invitation is ${invitationStatus(row, instance)}. Only pending invitations can be revoked.`;
      throw refuse(400, 'organization_invitation_not_pending', 'Invitation is not pending', why);
    }
    instance.update(organizationInvitations, row, { status: 'revoked' });
    return organizationInvitations.show(row, instance);
  }),
};
