import { changes, creates, deletes, parseTime } from '../domain/found.js';
import { addMember, isAdmin, mustHaveOrganizations } from '../domain/members.js';
import { type MetadataFields, mergedMetadata, metadataOf } from '../domain/metadata.js';
import { organizationBilling } from '../domain/payer-billing.js';
import { initialRoleSet, roleKey, roleKeysOf, rolesInUse } from '../domain/role-sets.js';
import { parseSlug, slugOf } from '../domain/slug.js';
import { bySigned, type Filter } from '../filters.js';
import { answers, type Call, type Handlers } from '../handler.js';
import { dropImage, keepImage } from '../images.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { organizationSettings } from '../resources/instance-settings.js';
import { invitationStatus } from '../resources/invitation.js';
import { type OrganizationRow, organizations } from '../resources/organization.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { type RoleSetRow, roleSets } from '../resources/role-set.js';
import { metadata } from '../resources/shapes.js';
import { users } from '../resources/user.js';
import { invalidParam, malformedParam, notFound, refuse, unknownParam } from '../sandbox-error.js';
import { METADATA_LEFT_UPDATES } from '../versions.js';

type CreateOrganization = BodyOf<'Organizations_createNewOrganization'>;

type UpdateOrganization = BodyOf<'Organizations_updateOrganization'> & MetadataFields;

type Includes = InputsOf<'Organizations_getByIdOrSlug'>['query'];

const METADATA = ['public_metadata', 'private_metadata'] as const;
const MOST_NAME_LETTERS = 256;
const MARKUP_OR_URL = /<[^<>]+>|https?:\/\/|www\./i;

const memberships = (instance: Instance, row: OrganizationRow) =>
  instance.many(organizationMemberships, 'organization_id', row.id);

const pendingCount = (instance: Instance, row: OrganizationRow): number =>
  instance
    .many(organizationInvitations, 'organization_id', row.id)
    .filter((invitation) => invitationStatus(invitation, instance) === 'pending').length;

/** The organization with the counts that the query asks for. */
function showWith(row: OrganizationRow, { instance, query }: Call): object {
  const includes = query as Includes;
  return {
    ...organizations.show(row, instance),
    ...(includes.include_members_count === true
      ? { members_count: memberships(instance, row).length, pending_invitations_count: pendingCount(instance, row) }
      : {}),
    ...(includes.include_missing_member_with_elevated_permissions === true
      ? { missing_member_with_elevated_permissions: !memberships(instance, row).some((member) => isAdmin(instance, member)) }
      : {}),
  };
}

function parseName(name: string): string {
  const why =
    name.trim() === ''
      ? 'name must not be empty.'
      : name.length > MOST_NAME_LETTERS
        ? `name can have at most ${MOST_NAME_LETTERS} characters.`
        : MARKUP_OR_URL.test(name)
          ? 'name must hold neither markup nor a URL.'
          : undefined;
  if (why !== undefined) throw malformedParam('name', why);
  return name;
}

function mustBeRoleSet(instance: Instance, key: string): RoleSetRow {
  const set = instance.one(roleSets, 'key', key);
  if (set !== undefined) return set;
  throw unknownParam('role_set_key', `No role set has the key ${key}.`);
}

/** The key of a set with all roles that are in use in the organization. @throws SandboxError */
function parseRoleSet(instance: Instance, row: OrganizationRow, key: string): string {
  const set = mustBeRoleSet(instance, key);
  const offered = roleKeysOf(instance, set);
  const lacking = rolesInUse(instance, [row]).filter((role) => !offered.includes(role));
  if (lacking.length === 0) return set.key;
  const why = `${key} lacks ${lacking.join(', ')}, which members have or are invited to. Change their roles first.`;
  throw invalidParam('role_set_key', why);
}

function create(instance: Instance, body: CreateOrganization): OrganizationRow {
  mustHaveOrganizations(instance);
  const settings = instance.store.setting(organizationSettings);
  const creator = typeof body.created_by === 'string' ? instance.get(users, body.created_by) : undefined;
  if (typeof body.created_by === 'string' && creator === undefined) {
    throw refuse(400, 'organization_creator_not_found', 'Creator not found', `No user was found with id ${body.created_by}.`);
  }
  const name = parseName(body.name);
  const set = typeof body.role_set_key === 'string' ? mustBeRoleSet(instance, body.role_set_key) : initialRoleSet(instance);
  const row = instance.insert(organizations, {
    name,
    slug: typeof body.slug === 'string' && body.slug !== '' ? parseSlug(instance, body.slug) : slugOf(instance, name),
    image_id: null,
    max_allowed_memberships: body.max_allowed_memberships ?? settings.max_allowed_memberships,
    admin_delete_enabled: settings.admin_delete_enabled,
    public_metadata: metadataOf(body, 'public_metadata'),
    private_metadata: metadataOf(body, 'private_metadata'),
    created_by: creator?.id ?? null,
    role_set_key: set.key,
    ...(typeof body.created_at === 'string' ? { created_at: parseTime(body.created_at, 'created_at') } : {}),
  });
  if (creator !== undefined) addMember(instance, row, { user_id: creator.id, role: roleKey(instance, set.creator_role_id) });
  return row;
}

function update(row: OrganizationRow, body: UpdateOrganization, instance: Instance): void {
  const patch: Partial<Omit<OrganizationRow, 'id'>> = {};
  if (typeof body.name === 'string') patch.name = parseName(body.name);
  if (typeof body.slug === 'string') patch.slug = parseSlug(instance, body.slug, row.id);
  if (typeof body.max_allowed_memberships === 'number') patch.max_allowed_memberships = body.max_allowed_memberships;
  if (typeof body.admin_delete_enabled === 'boolean') patch.admin_delete_enabled = body.admin_delete_enabled;
  if (typeof body.created_at === 'string') patch.created_at = parseTime(body.created_at, 'created_at');
  if (typeof body.role_set_key === 'string') patch.role_set_key = parseRoleSet(instance, row, body.role_set_key);
  for (const field of METADATA) if (body[field] !== undefined) patch[field] = metadataOf(body, field);
  instance.update(organizations, row, patch);
}

const matching: Filter<OrganizationRow, string> = (value) => {
  const wanted = value.toLowerCase();
  return { test: (row) => row.id === value || row.name.toLowerCase().includes(wanted) || row.slug.includes(wanted) };
};

const membershipsOfUser = (userId: string, instance: Instance): OrganizationRow[] =>
  instance
    .many(organizationMemberships, 'user_id', userId)
    .flatMap((row) => instance.get(organizations, row.organization_id) ?? []);

function setLogo(instance: Instance, row: OrganizationRow, imageId: string | null): void {
  const before = row.image_id;
  instance.update(organizations, row, { image_id: imageId });
  if (before !== null) dropImage(instance, before);
}

export const organizationsHandlers: Handlers = {
  Organizations_listSortedByCreationDate: lists(organizations, {
    envelope: 'page',
    filters: {
      query: matching,
      user_id: bySigned<OrganizationRow>(membershipsOfUser),
      organization_id: bySigned<OrganizationRow>((id, instance) => [instance.get(organizations, id) ?? []].flat()),
    },
    orders: { name: (row) => row.name, members_count: (row, instance) => memberships(instance, row).length },
    show: showWith,
  }),

  Organizations_getByIdOrSlug: answers((call) => {
    const asked = call.path.organization_id;
    const row = call.instance.get(organizations, asked) ?? call.instance.one(organizations, 'slug', asked);
    if (row === undefined) throw notFound('organization', asked);
    return showWith(row, call as Call);
  }),

  Organizations_createNewOrganization: creates(organizations, ({ instance, body }) => create(instance, body)),

  Organizations_updateOrganization: changes(organizations, (row, { instance, body }) => update(row, body, instance), {
    former: {
      before: METADATA_LEFT_UPDATES,
      body: Object.fromEntries(METADATA.map((field) => [field, metadata.nullable().optional()])),
    },
  }),

  Organizations_mergeOrganizationMetadata: changes(organizations, (row, { instance, body }) =>
    instance.update(organizations, row, mergedMetadata(row, body, METADATA)),
  ),

  Organizations_replaceOrganizationMetadata: changes(organizations, (row, { instance, body }) => {
    const replaced = METADATA.filter((field) => body[field] !== undefined).map((field) => [field, metadataOf(body, field)]);
    instance.update(organizations, row, Object.fromEntries(replaced));
  }),

  Organizations_deleteOrganization: deletes(organizations),

  Organizations_updateOrganizationLogo: changes(organizations, (row, { instance, body, file }) => {
    const uploader = body.uploader_user_id;
    if (uploader !== undefined && instance.get(users, uploader) === undefined) throw notFound('user', uploader);
    setLogo(instance, row, keepImage(instance, file));
  }),

  Organizations_removeLogo: changes(organizations, (row, { instance }) => {
    if (row.image_id === null) throw refuse(404, 'image_not_found', 'Image not found', 'The organization has no logo.');
    setLogo(instance, row, null);
  }),

  Organizations_getBillingCreditBalance: organizationBilling.balance,
  Organizations_adjustBillingCreditBalance: organizationBilling.adjust,
  Organizations_getBillingSubscription: organizationBilling.subscription,
};
