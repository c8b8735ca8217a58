import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset, paginated } from './schemas.js';

const templateType = z.enum(['email', 'sms']);
const subject = z.string().nullable().optional().describe('Email only');
const body = z.string().optional().describe('With unfilled variables');
const fromEmailName = z.string().optional().describe('Local part');
const replyToEmailName = z.string().optional().describe('Local part');
const deliveredByClerk = z.boolean().describe('false: you send, on webhook email.created or sms.created');
const deprecated = 'Use the Clerk Dashboard.';

export const emailSmsTemplates = {
  listSortedByPosition: defineOperation({
    name: 'EmailSmsTemplates_listSortedByPosition',
    clerk: 'GetTemplateList',
    request: 'GET /templates/{template_type}',
    title: 'List templates',
    description: 'Texts of the mails or SMS that Clerk sends, with slugs.',
    deprecated,
    path: { template_type: templateType },
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  getTemplateDetails: defineOperation({
    name: 'EmailSmsTemplates_getTemplateDetails',
    clerk: 'GetTemplate',
    request: 'GET /templates/{template_type}/{slug}',
    title: 'Get a template',
    description: 'One mail or SMS text and the variables it may and must hold.',
    deprecated,
    path: { template_type: templateType, slug: id },
    risk: 'read',
  }),

  updateTemplateByTypeAndSlug: defineOperation({
    name: 'EmailSmsTemplates_updateTemplateByTypeAndSlug',
    clerk: 'UpsertTemplate',
    request: 'PUT /templates/{template_type}/{slug}',
    title: 'Update a template',
    description: 'Changes what users are sent. First try EmailSmsTemplates_previewTemplate.',
    deprecated,
    path: { template_type: templateType, slug: id },
    body: {
      name: z.string().optional(),
      subject,
      markup: z.string().nullable().optional().describe('Editor source of body'),
      body,
      delivered_by_clerk: deliveredByClerk.nullable().optional(),
      from_email_name: fromEmailName,
      reply_to_email_name: replyToEmailName,
    },
    risk: 'access',
    effect:
      'Changes what every user is sent by {template_type} template {target}: subject {subject}, text {body}, markup {markup}, sender {from_email_name}, replies to {reply_to_email_name}, sent by Clerk {delivered_by_clerk}.',
    target: { read: 'EmailSmsTemplates_getTemplateDetails' },
    undo: {
      by: 'EmailSmsTemplates_updateTemplateByTypeAndSlug',
      with: { template_type: '{template_type}', slug: '{slug}' },
      restores: 'inputs',
      lost: "a text that was Clerk's own is no longer kept up to date by Clerk",
    },
  }),

  previewTemplate: defineOperation({
    name: 'EmailSmsTemplates_previewTemplate',
    clerk: 'PreviewTemplate',
    request: 'POST /templates/{template_type}/{slug}/preview',
    title: 'Preview a template',
    description: 'Renders a template with unsaved changes; saves and sends nothing.',
    deprecated,
    path: { template_type: id, slug: id },
    body: {
      subject,
      body,
      from_email_name: fromEmailName,
      reply_to_email_name: replyToEmailName,
    },
    risk: 'read',
    idempotent: true,
  }),

  revertTemplate: defineOperation({
    name: 'EmailSmsTemplates_revertTemplate',
    clerk: 'RevertTemplate',
    request: 'POST /templates/{template_type}/{slug}/revert',
    title: 'Revert a template',
    description: "Throws a template's own text away and restores Clerk's.",
    deprecated,
    path: { template_type: templateType, slug: id },
    risk: 'destructive',
    idempotent: true,
    effect: "Throws away all changes to the {template_type} template {target} and restores Clerk's text.",
    target: { read: 'EmailSmsTemplates_getTemplateDetails' },
    undo: {
      by: 'EmailSmsTemplates_updateTemplateByTypeAndSlug',
      with: {
        template_type: '{template_type}',
        slug: '{slug}',
        name: '{before.name}',
        subject: '{before.subject}',
        markup: '{before.markup}',
        body: '{before.body}',
        delivered_by_clerk: '{before.delivered_by_clerk}',
        from_email_name: '{before.from_email_name}',
        reply_to_email_name: '{before.reply_to_email_name}',
      },
    },
  }),

  toggleDeliveryByTypeAndSlug: defineOperation({
    name: 'EmailSmsTemplates_toggleDeliveryByTypeAndSlug',
    clerk: 'ToggleTemplateDelivery',
    request: 'POST /templates/{template_type}/{slug}/toggle_delivery',
    title: 'Toggle template delivery',
    description: 'Sets whether Clerk or your webhook handler sends its messages.',
    deprecated,
    path: { template_type: templateType, slug: id },
    body: {
      delivered_by_clerk: deliveredByClerk.optional(),
    },
    risk: 'access',
    effect:
      'Sets whether Clerk sends {template_type} template {target} to {delivered_by_clerk}; where it does not and your own server does not either, no code arrives.',
    target: { read: 'EmailSmsTemplates_getTemplateDetails' },
    undo: {
      by: 'EmailSmsTemplates_toggleDeliveryByTypeAndSlug',
      with: { template_type: '{template_type}', slug: '{slug}' },
      restores: 'inputs',
    },
  }),
};
