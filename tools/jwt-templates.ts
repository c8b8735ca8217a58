import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { freeObject, id, limit, offset, paginated } from './schemas.js';

const template = {
  name: z.string(),
  claims: freeObject.describe('Shortcodes such as {{user.id}} work'),
  lifetime: z.int().min(30).max(315360000).nullable().optional().describe('Seconds'),
  allowed_clock_skew: z.int().min(0).max(300).nullable().optional().describe('Seconds'),
  custom_signing_key: z.boolean().optional().describe('true needs signing_algorithm and signing_key'),
  signing_algorithm: z.string().nullable().optional().describe('E.g. RS256'),
  signing_key: z.string().nullable().optional().describe('Private key'),
};

export const jwtTemplates = {
  listAllTemplates: defineOperation({
    name: 'JwtTemplates_listAllTemplates',
    clerk: 'ListJWTTemplates',
    request: 'GET /jwt_templates',
    title: 'List JWT templates',
    description: 'Kinds of custom token that Sessions_createSessionTokenFromTemplate can make.',
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  createTemplate: defineOperation({
    name: 'JwtTemplates_createTemplate',
    clerk: 'CreateJWTTemplate',
    request: 'POST /jwt_templates',
    title: 'Create a JWT template',
    description: 'Defines a kind of token with custom claims for other services; mints none.',
    body: template,
    risk: 'access',
    effect:
      'Defines tokens {name} that other services trust: claims {claims}, lifetime {lifetime} seconds, own signing key {custom_signing_key}.',
    secrets: ['signing_key'],
    undo: { by: 'JwtTemplates_deleteTemplateById', with: { template_id: '{answer.id}' } },
  }),

  deleteTemplateById: defineOperation({
    name: 'JwtTemplates_deleteTemplateById',
    clerk: 'DeleteJWTTemplate',
    request: 'DELETE /jwt_templates/{template_id}',
    title: 'Delete a JWT template',
    description: 'Apps that ask for its tokens fail from then on.',
    path: { template_id: id },
    risk: 'destructive',
    effect: 'Deletes the JWT template {target} for good: apps and services that ask for its tokens get none.',
    target: { read: 'JwtTemplates_getTemplateDetails' },
    undo: { never: 'its id is gone, and a signing key of its own with it' },
  }),

  getTemplateDetails: defineOperation({
    name: 'JwtTemplates_getTemplateDetails',
    clerk: 'GetJWTTemplate',
    request: 'GET /jwt_templates/{template_id}',
    title: 'Get a JWT template',
    description: 'Claims, lifetime and signing of one template.',
    path: { template_id: id },
    risk: 'read',
  }),

  updateTemplateById: defineOperation({
    name: 'JwtTemplates_updateTemplateById',
    clerk: 'UpdateJWTTemplate',
    request: 'PATCH /jwt_templates/{template_id}',
    title: 'Update a JWT template',
    description: 'Changes tokens minted from now on; claims are replaced as a whole.',
    path: { template_id: id },
    body: template,
    risk: 'access',
    effect:
      'Changes what services that trust tokens of {target} read: claims {claims}, lifetime {lifetime} seconds, own signing key {custom_signing_key}.',
    idempotent: true,
    secrets: ['signing_key'],
    target: { read: 'JwtTemplates_getTemplateDetails' },
    undo: {
      by: 'JwtTemplates_updateTemplateById',
      with: { template_id: '{template_id}' },
      restores: 'inputs',
      unread: ['signing_key'],
    },
  }),
};
