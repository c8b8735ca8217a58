import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset } from './schemas.js';

const MODES = 'manual_invitation, automatic_invitation, automatic_suggestion, enterprise_sso';

export const organizationDomains = {
  listForInstance: defineOperation({
    name: 'OrganizationDomains_listForInstance',
    clerk: 'ListAllOrganizationDomains',
    request: 'GET /organization_domains',
    title: 'List all organization domains',
    description:
      'E-mail domains across all organizations; filters combine. Of one organization: OrganizationDomains_list. ' +
      'Of the application itself: Domains_getAllDomains.',
    query: {
      organization_id: z.string().optional(),
      verified: z.enum(['true', 'false']).optional(),
      enrollment_mode: z
        .array(
          z.enum([
            'manual_invitation',
            'automatic_invitation',
            'automatic_suggestion',
            'enterprise_sso',
            '-manual_invitation',
            '-automatic_invitation',
            '-automatic_suggestion',
            '-enterprise_sso',
          ]),
        )
        .optional()
        .describe('- excludes'),
      query: z.string().optional().describe('Substring of the name, or a whole organization id'),
      domains: z.array(z.string()).optional().describe('Whole names'),
      order_by: z.string().optional().describe('name, created_at; - first: descending. Default -created_at'),
      offset,
      limit,
    },
    commaSeparated: ['enrollment_mode'],
    risk: 'read',
  }),

  list: defineOperation({
    name: 'OrganizationDomains_list',
    clerk: 'ListOrganizationDomains',
    request: 'GET /organizations/{organization_id}/domains',
    title: 'List organization domains',
    description: 'E-mail domains of one organization, with enrollment mode and verification.',
    path: { organization_id: id },
    query: {
      verified: z.string().optional().describe('true or false'),
      enrollment_mode: z.string().optional().describe(`${MODES}; - first: all but it`),
      limit,
      offset,
    },
    risk: 'read',
  }),

  createDomain: defineOperation({
    name: 'OrganizationDomains_createDomain',
    clerk: 'CreateOrganizationDomain',
    request: 'POST /organizations/{organization_id}/domains',
    title: 'Add organization domain',
    description:
      'Gives an organization an e-mail domain; its enrollment mode says how people with such an address come in. ' +
      'A domain to host Clerk on: Domains_addSatelliteDomain.',
    path: { organization_id: id },
    body: {
      name: z.string().optional().describe('Such as example.com'),
      enrollment_mode: z.string().optional().describe(MODES),
      verified: z.boolean().nullable().optional().describe('Default true'),
    },
    risk: 'write',
    raises: [
      {
        when: { input: 'verified', is: 'unless false' },
        risk: 'access',
        effect: 'Gives {target} the domain {name} as verified, without proof that it owns it.',
      },
      {
        when: { input: 'enrollment_mode', is: { matches: '^(?!manual_invitation$)' } },
        risk: 'access',
        effect: 'Lets everybody with an address at {name} into {target} by {enrollment_mode}.',
      },
    ],
    target: { read: 'Organizations_getByIdOrSlug' },
    undo: {
      by: 'OrganizationDomains_deleteById',
      with: { organization_id: '{organization_id}', domain_id: '{answer.id}' },
      lost: 'who joined by it stays a member',
    },
  }),

  deleteById: defineOperation({
    name: 'OrganizationDomains_deleteById',
    clerk: 'DeleteOrganizationDomain',
    request: 'DELETE /organizations/{organization_id}/domains/{domain_id}',
    title: 'Delete organization domain',
    description: 'Takes an e-mail domain from an organization, which ends enrollment by it.',
    path: { organization_id: id, domain_id: id },
    risk: 'destructive',
    effect: 'Takes domain {target} from organization {organization_id}: people with such an address no longer come in by it.',
    target: { read: 'OrganizationDomains_list', find: 'domain_id' },
    leaves: [{ what: 'members who joined by it', by: 'OrganizationMemberships_removeUserFromOrganization' }],
    undo: { never: 'the domain has to be added and verified anew' },
  }),

  updateDomain: defineOperation({
    name: 'OrganizationDomains_updateDomain',
    clerk: 'UpdateOrganizationDomain',
    request: 'PATCH /organizations/{organization_id}/domains/{domain_id}',
    title: 'Update organization domain',
    description: 'Sets enrollment mode and verification. Ownership: OrganizationDomains_verifyOwnership.',
    path: { organization_id: id, domain_id: id },
    body: {
      enrollment_mode: z.string().nullable().optional().describe(MODES),
      verified: z.boolean().nullable().optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'verified', is: 'given' },
        risk: 'access',
        effect: 'Sets whether domain {target} counts as proved for organization {organization_id} to {verified}.',
      },
      {
        when: { input: 'enrollment_mode', is: { matches: '^(?!manual_invitation$)' } },
        risk: 'access',
        effect: 'Lets everybody with an address at {target} into organization {organization_id} by {enrollment_mode}.',
      },
    ],
    target: { read: 'OrganizationDomains_list', find: 'domain_id' },
    undo: {
      by: 'OrganizationDomains_updateDomain',
      with: { organization_id: '{organization_id}', domain_id: '{domain_id}' },
      restores: 'inputs',
      unread: ['verified'],
      lost: 'who joined by it stays a member',
    },
  }),

  verifyOwnership: defineOperation({
    name: 'OrganizationDomains_verifyOwnership',
    clerk: 'VerifyOrganizationDomainOwnership',
    request: 'POST /organizations/{organization_id}/domains/{domain_id}/verify_ownership',
    title: 'Verify domain ownership',
    description: 'Declares that the organization owns the domain, skipping the DNS check; only after proof by other means.',
    path: { organization_id: id, domain_id: id },
    risk: 'access',
    effect:
      'Declares that organization {organization_id} owns domain {target}, without the DNS check: people with an address there can be let in by it.',
    idempotent: true,
    target: { read: 'OrganizationDomains_list', find: 'domain_id' },
    undo: { never: 'a domain that was verified stays verified' },
  }),
};
