import type { Filter } from '../filters.js';
import type { Handler } from '../handler.js';
import type { Inputs, InputsOf } from '../inputs.js';
import { type Listing, lists } from '../list.js';
import { emailAddresses } from '../resources/identifiers.js';
import { invitationStatus } from '../resources/invitation.js';
import { publicDataOf } from '../resources/organization.js';
import { type OrganizationInvitationRow, organizationInvitations } from '../resources/organization-invitation.js';
import { users } from '../resources/user.js';
import { must } from './found.js';

export const byStatus: Filter<OrganizationInvitationRow, readonly string[]> = (wanted, instance) => ({
  test: (row) => wanted.includes(invitationStatus(row, instance)),
});

/** A list whose invitations may be to any organization, which is therefore shown with each. */
export const listsAcrossOrganizations = <I extends Inputs>(
  listing: Pick<Listing<OrganizationInvitationRow, I>, 'within' | 'filters' | 'orders'>,
): Handler<I> =>
  lists(organizationInvitations, {
    ...listing,
    envelope: 'page',
    filters: { ...listing.filters, status: byStatus },
    repeated: ['status'],
    show: (row, { instance }) => ({
      ...organizationInvitations.show(row, instance),
      public_organization_data: publicDataOf(instance, row.organization_id),
    }),
  });

/** What was sent to any address of the user. */
export const invitationsToUser: Handler<InputsOf<'Users_getOrganizationInvitations'>> = listsAcrossOrganizations({
  within: ({ instance, path }) =>
    instance
      .many(emailAddresses, 'user_id', must(instance, users, path.user_id).id)
      .flatMap((address) => instance.many(organizationInvitations, 'email_address', address.email_address)),
});
