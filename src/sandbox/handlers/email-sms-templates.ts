import * as z from 'zod';
import { parseTemplate, render, TemplateSyntaxError, type Values, variablesOf } from '../domain/interpolate.js';
import { valuesOfInstance } from '../domain/messages.js';
import { answers, type Handlers, type Naming } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { primaryDomain } from '../resources/domain.js';
import {
  bodyIsOpen,
  senderOf,
  systemTemplate,
  type TemplateRow,
  templateInForce,
  templates,
  templatesOf,
} from '../resources/template.js';
import { malformedParam, missingParam, notFound, refuse, refuseParam } from '../sandbox-error.js';

type Wording = BodyOf<'EmailSmsTemplates_previewTemplate'>;

/** The text that the path names. @throws SandboxError 404. */
function named({ instance, path }: Naming<'template_type' | 'slug'>): TemplateRow {
  const { template_type: type, slug } = path;
  const row = templateInForce(instance, type, slug);
  if (row === undefined) throw notFound(`${type} template`, slug);
  return row;
}

/** Writes the instance's own text. The first change makes one out of Clerk's. */
function change(instance: Instance, row: TemplateRow, patch: Partial<TemplateRow>): TemplateRow {
  if (row.resource_type === 'user') return instance.update(templates, row, patch);
  const { id: _, created_at: __, updated_at: ___, ...columns } = row;
  return instance.insert(templates, { ...columns, ...patch, resource_type: 'user' });
}

/** @throws SandboxError `invalid_template_body` when the braces do not add up. */
function parse(text: string, param: 'subject' | 'body'): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    throw refuseParam(
      'invalid_template_body',
      param,
      'is not a valid template',
      `${param} is not a valid template: ${error.message}`,
    );
  }
}

const LOCAL_PART = /^[\w.+-]{1,64}$/;

/** Checks what of a wording was given. Subject and senders of an SMS are passed over, since it has none. */
function wordingOf(row: TemplateRow, { subject, body, ...senders }: Wording): Partial<TemplateRow> {
  const patch: Partial<TemplateRow> = {};
  if (body !== undefined) {
    if (body.trim() === '') throw missingParam('body', 'body must not be empty.');
    parse(body, 'body');
    patch.body = body;
  }
  if (row.template_type === 'sms') return patch;
  if (typeof subject === 'string') {
    if (subject.trim() === '') throw missingParam('subject', 'subject must not be empty.');
    parse(subject, 'subject');
    patch.subject = subject;
  }
  for (const name of ['from_email_name', 'reply_to_email_name'] as const) {
    const given = senders[name];
    if (given === undefined) continue;
    if (!LOCAL_PART.test(given)) throw malformedParam(name, `${name} must be what stands before the @ of an address.`);
    patch[name] = given;
  }
  return patch;
}

function refuseUnusable(row: TemplateRow, body: string): void {
  const { system } = systemTemplate(row.template_type, row.slug);
  if (!bodyIsOpen(system)) {
    const why = `The body of the ${row.slug} SMS cannot be changed.`;
    throw refuse(400, 'template_body_modification_restricted', 'Body cannot be changed', why);
  }
  const used = variablesOf(parse(body, 'body'));
  const missing = system.required.find((variable) => !used.has(variable));
  if (missing !== undefined) {
    throw refuseParam('required_variable_missing', 'body', 'lacks a variable', `body must contain {{${missing}}}.`);
  }
}

/** What a preview fills in: believable, and the same as long as the clock stands. */
function sampleValues(instance: Instance): Values {
  const domain = primaryDomain(instance).name;
  const now = new Date(instance.now()).toUTCString();
  const link = (path: string): string => `https://accounts.${domain}/${path}`;
  return {
    ...valuesOfInstance(instance),
    otp_code: '424242',
    ttl_minutes: '10',
    requested_at: now,
    requested_by: 'Firefox on Linux',
    requested_from: 'Lisbon, PT',
    magic_link: link('v1/verify?token=sample'),
    action_url: link('sign-up?__clerk_ticket=sample'),
    inviter_name: 'Maya Okafor',
    invitee_email_address: 'tomas@example.com',
    'invitation.expires_in_days': '30',
    'org.name': 'Juniper & Sons',
    greeting_name: 'Tomas',
    primary_email_address: 'tomas@example.com',
    new_email_address: 'tomas.lindqvist@example.com',
    device: 'Firefox on Linux',
    signed_in_at: now,
    location: 'Lisbon, PT',
    revoke_session_url: link('sessions/revoke?token=sample'),
    lockout_duration: '1 hour',
  };
}

const previewShape = z.strictObject({
  subject: z.string().optional(),
  body: z.string(),
  from_email_address: z.string().optional(),
  reply_to_email_address: z.string().optional(),
});

function preview(instance: Instance, row: TemplateRow, wording: Wording): z.infer<typeof previewShape> {
  const shown = { ...row, ...wordingOf(row, wording) };
  const values = sampleValues(instance);
  if (row.template_type === 'sms') return { body: render(parse(shown.body, 'body'), values, 'text') };
  const address = (localPart: string): string => `${localPart}@${primaryDomain(instance).name}`;
  return {
    subject: render(parse(shown.subject ?? '', 'subject'), values, 'text'),
    body: render(parse(shown.body, 'body'), values, 'html'),
    from_email_address: address(shown.from_email_name ?? senderOf(instance)),
    ...(shown.reply_to_email_name === null ? {} : { reply_to_email_address: address(shown.reply_to_email_name) }),
  };
}

export const emailSmsTemplatesHandlers: Handlers = {
  EmailSmsTemplates_listSortedByPosition: lists(templates, {
    envelope: 'bare',
    within: ({ instance, path }) => templatesOf(instance, path.template_type),
    orders: { position: (row) => systemTemplate(row.template_type, row.slug).position },
    defaultOrder: '+position',
  }),

  EmailSmsTemplates_getTemplateDetails: answers((call) => templates.show(named(call), call.instance)),

  EmailSmsTemplates_updateTemplateByTypeAndSlug: answers((call) => {
    const { instance, body } = call;
    const row = named(call);
    const patch = wordingOf(row, body);
    if (patch.body !== undefined && patch.body !== row.body) refuseUnusable(row, patch.body);
    const changed = change(instance, row, {
      ...patch,
      ...(body.name === undefined ? {} : { name: body.name }),
      ...(typeof body.markup === 'string' ? { markup: body.markup } : {}),
      ...(typeof body.delivered_by_clerk === 'boolean' ? { delivered_by_clerk: body.delivered_by_clerk } : {}),
    });
    return templates.show(changed, instance);
  }),

  EmailSmsTemplates_previewTemplate: answers((call) => {
    return preview(call.instance, named(call), call.body);
  }),

  EmailSmsTemplates_revertTemplate: answers((call) => {
    const { instance } = call;
    const row = named(call);
    if (row.resource_type === 'system') {
      throw refuse(400, 'template_revert_error', 'Nothing to revert', `The ${row.slug} template has Clerk's own text already.`);
    }
    instance.delete(templates, row);
    return templates.show(named(call), instance);
  }),

  EmailSmsTemplates_toggleDeliveryByTypeAndSlug: answers((call) => {
    const row = named(call);
    const delivered = call.body.delivered_by_clerk ?? !row.delivered_by_clerk;
    return templates.show(change(call.instance, row, { delivered_by_clerk: delivered }), call.instance);
  }),
};
