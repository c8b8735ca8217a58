import { createHash } from 'node:crypto';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { authSettings } from './instance-settings.js';
import { type SystemTemplate, systemTemplates, type TemplateType } from './system-templates.js';

/** The instance's own text for a message, which stands in for Clerk's. */
export interface TemplateRow extends Row {
  resource_type: 'system' | 'user';
  template_type: TemplateType;
  slug: string;
  name: string;
  subject: string | null;
  /** The editor's source of the body; empty where the body was written by hand. */
  markup: string;
  body: string;
  /** Null for what the instance says. */
  from_email_name: string | null;
  reply_to_email_name: string | null;
  delivered_by_clerk: boolean;
}

const keyOf = (type: string, slug: string): string => `${type}|${slug}`;

export const templates = defineResource<TemplateRow>()({
  name: 'template',
  prefix: 'tmpl',
  unique: { key: (row) => keyOf(row.template_type, row.slug) },
  show: ({ from_email_name, reply_to_email_name, ...row }, instance) => {
    const { system, position } = systemTemplate(row.template_type, row.slug);
    const own = row.resource_type === 'user';
    return {
      object: 'template',
      ...row,
      instance_id: own ? instance.id : null,
      position,
      can_revert: own,
      can_delete: false,
      can_edit_body: bodyIsOpen(system),
      can_toggle: system.type === 'sms' && system.notice,
      available_variables: system.variables,
      required_variables: system.required,
      ...(system.type === 'email' ? { from_email_name: from_email_name ?? senderOf(instance) } : {}),
      ...(reply_to_email_name === null ? {} : { reply_to_email_name }),
      enabled: true,
      flagged_as_suspicious: false,
    };
  },
});

/** The local part of the address from which mails come unless a template says otherwise. */
export const senderOf = (instance: Instance): string => instance.store.setting(authSettings).from_email_address;

/** The texts of SMS notices belong to the carriers' registration and cannot be changed. */
export const bodyIsOpen = (system: SystemTemplate): boolean => system.type === 'email' || !system.notice;

/** When Clerk's own texts were written: long before anything else in an instance. */
const WRITTEN_AT = Date.UTC(2022, 5, 1);

interface Placed {
  readonly system: SystemTemplate;
  /** Within its kind, from 0. */
  readonly position: number;
  readonly row: TemplateRow;
}

const placed: ReadonlyMap<string, Placed> = new Map(
  systemTemplates.map((system) => {
    const key = keyOf(system.type, system.slug);
    const position = systemTemplates.filter(({ type }) => type === system.type).indexOf(system);
    return [key, { system, position, row: rowOf(system, key) }];
  }),
);

/** Clerk's texts belong to no instance, so they have the same ids everywhere. */
function rowOf({ type, slug, name, subject, body }: SystemTemplate, key: string): TemplateRow {
  return {
    id: `tmpl_${createHash('sha256').update(key).digest('hex').slice(0, 27)}`,
    resource_type: 'system',
    template_type: type,
    slug,
    name,
    subject,
    markup: '',
    body,
    from_email_name: null,
    reply_to_email_name: null,
    delivered_by_clerk: true,
    created_at: WRITTEN_AT,
    updated_at: WRITTEN_AT,
  };
}

/** Clerk's own text of this kind and slug. */
export function systemTemplate(type: string, slug: string): Placed {
  const found = placed.get(keyOf(type, slug));
  if (found === undefined) throw new Error(`there is no ${type} template ${slug}`);
  return found;
}

/** The text that is sent: the instance's own or else Clerk's. Undefined when there is no such message. */
export const templateInForce = (instance: Instance, type: string, slug: string): TemplateRow | undefined =>
  instance.one(templates, 'key', keyOf(type, slug)) ?? placed.get(keyOf(type, slug))?.row;

/** All texts of a kind, in their order. */
export const templatesOf = (instance: Instance, type: string): readonly TemplateRow[] =>
  systemTemplates
    .filter((system) => system.type === type)
    .map(({ slug }) => templateInForce(instance, type, slug) as TemplateRow);
