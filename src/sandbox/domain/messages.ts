import type { Instance } from '../instance.js';
import { primaryDomain } from '../resources/domain.js';
import { type MessageRow, messages } from '../resources/message.js';
import type { TemplateType } from '../resources/system-templates.js';
import { senderOf, templateInForce } from '../resources/template.js';
import { parseTemplate, render, type Values } from './interpolate.js';

/** Older ones are forgotten. */
const MOST_KEPT = 500;
const PHONE_OF_CLERK = '+15550001000';
const ID_PREFIX = { email: 'ema', sms: 'sms' } as const;

interface Wish {
  readonly type: TemplateType;
  /** Of the template. */
  readonly slug: string;
  readonly to: string;
  readonly identification_id?: string;
  readonly user_id?: string;
  /** What this template is filled with, beside what all are. */
  readonly values: Values;
}

/** What every template can name. */
export function valuesOfInstance(instance: Instance): Values {
  const domain = primaryDomain(instance).name;
  return {
    'app.name': 'Sandbox',
    'app.domain_name': domain,
    'app.url': `https://${domain}`,
    'app.logo_image_url': `https://${domain}/logo.png`,
    'theme.primary_color': '#6c47ff',
    'theme.button_text_color': '#ffffff',
  };
}

/** Writes a mail or a text, and keeps it in the place of sending it. */
export function sendMessage(instance: Instance, { type, slug, to, identification_id, user_id, values }: Wish): MessageRow {
  const template = templateInForce(instance, type, slug);
  if (template === undefined) throw new Error(`there is no ${type} template ${slug}`);
  const all = { ...valuesOfInstance(instance), ...values };
  const filled = (text: string, format: 'html' | 'text'): string => render(parseTemplate(text), all, format);
  const held = instance.of(messages);
  const row = held.insert({
    id: instance.newId(ID_PREFIX[type]),
    type,
    slug,
    to,
    identification_id: identification_id ?? null,
    user_id: user_id ?? null,
    subject: template.subject === null ? null : filled(template.subject, 'text'),
    body: filled(template.body, type === 'sms' ? 'text' : 'html'),
    from: type === 'sms' ? PHONE_OF_CLERK : (template.from_email_name ?? senderOf(instance)),
    reply_to: template.reply_to_email_name,
    data: nested(all),
    delivered_by_clerk: template.delivered_by_clerk,
  });
  const [oldest] = held.size > MOST_KEPT ? held.oldestFirst() : [];
  if (oldest !== undefined) held.delete(oldest);
  return row;
}

/** `{ 'app.name': … }` as `{ app: { name: … } }`. */
function nested(values: Values): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const [first = '', second] = path.split('.');
    if (second === undefined) all[first] = value;
    else all[first] = { ...(all[first] as object | undefined), [second]: value };
  }
  return all;
}
