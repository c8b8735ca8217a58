import { type Step, step } from '../step.js';

const ENGINE = { organization_id: 'org_engine' };
const EDITOR = { organization_role_id: '{editor}' };
const DOMAIN = { ...ENGINE, domain_id: '{emailDomain}' };

/** Roles with their permissions and sets, the e-mail domains of organizations, and what lists across organizations. */
export const rolesSteps: readonly Step[] = [
  step(
    'OrganizationPermissions_createPermission',
    { name: 'Publish', key: 'org:posts:publish', description: 'To the front page' },
    { publish: 'id' },
  ),
  step('OrganizationPermissions_list', { query: 'posts', order_by: '-key' }),
  step('OrganizationPermissions_getById', { permission_id: '{publish}' }),
  step('OrganizationPermissions_updatePermission', { permission_id: '{publish}', name: 'Publish posts' }),

  step(
    'OrganizationRoles_createRole',
    { name: 'Editor', key: 'org:editor', permissions: ['perm_sys_memberships_read'], include_in_initial_role_set: true },
    { editor: 'id' },
  ),
  step('OrganizationRoles_list', { order_by: 'name' }, { anyRole: 'data.0.id' }),
  step('OrganizationRoles_getById', EDITOR),
  step('OrganizationRoles_updateRole', { ...EDITOR, name: 'Chief editor', description: 'Has the last word' }),
  step('OrganizationRoles_assignPermission', { ...EDITOR, permission_id: '{publish}' }),
  step('OrganizationRoles_removePermission', { ...EDITOR, permission_id: '{publish}' }),
  step('OrganizationPermissions_deleteById', { permission_id: '{publish}' }),

  step(
    'RoleSets_createRoleSet',
    { name: 'Small', default_role_key: 'org:member', creator_role_key: 'org:admin', roles: ['org:admin', 'org:member'] },
    { small: 'key' },
  ),
  step('RoleSets_list', { query: 'small', order_by: '-name' }),
  step('RoleSets_getByKeyOrId', { role_set_key_or_id: 'role_set:default' }),
  step('RoleSets_updateRoleSet', { role_set_key_or_id: '{small}', description: 'For the free plan' }),
  step('RoleSets_addRoles', { role_set_key_or_id: '{small}', role_keys: ['org:editor'], default_role_key: 'org:editor' }),
  step('RoleSets_replaceRole', { role_set_key_or_id: '{small}', role_key: 'org:editor', to_role_key: 'org:member' }),
  step('RoleSets_replaceRoleSet', {
    role_set_key_or_id: '{small}',
    dest_role_set_key: 'role_set:default',
    reassignment_mappings: { 'org:member': 'org:editor' },
  }),
  step('OrganizationRoles_deleteById', EDITOR),

  step(
    'OrganizationDomains_createDomain',
    { ...ENGINE, name: 'engine.example.com', enrollment_mode: 'manual_invitation', verified: false },
    { emailDomain: 'id' },
  ),
  step('OrganizationDomains_updateDomain', { ...DOMAIN, verified: true }),
  step('OrganizationDomains_verifyOwnership', DOMAIN),
  step('OrganizationDomains_list', { ...ENGINE, verified: 'true', enrollment_mode: 'manual_invitation' }),
  step('OrganizationDomains_listForInstance', { query: 'engine', enrollment_mode: ['-enterprise_sso'], order_by: 'name' }),
  step('OrganizationDomains_deleteById', DOMAIN),

  step('OrganizationMemberships_listForInstance', { order_by: '+email_address' }),
  step('OrganizationInvitations_listForInstance', { status: 'pending', query: 'erin', order_by: 'email_address' }),
  step('Users_getOrganizationInvitations', { user_id: 'user_bob', status: 'pending' }),
  step('Organizations_replaceOrganizationMetadata', { ...ENGINE, public_metadata: { plan: 'free' }, private_metadata: {} }),
];
