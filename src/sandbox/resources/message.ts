import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { TemplateType } from './system-templates.js';

/** A mail or a text that Clerk would have sent. The sandbox keeps it, and nobody gets it. */
export interface MessageRow extends Row {
  type: TemplateType;
  /** Of its template. */
  slug: string;
  /** An e-mail address or a phone number. */
  to: string;
  /** Of the address or number, where a user has it. */
  identification_id: string | null;
  user_id: string | null;
  /** Null for a text. */
  subject: string | null;
  body: string;
  from: string;
  reply_to: string | null;
  /** What the template was filled with, such as the code. */
  data: Readonly<Record<string, unknown>>;
  delivered_by_clerk: boolean;
}

const STATUS = 'queued';

export const messages = defineResource<MessageRow>()({
  name: 'message',
  prefix: 'ema',
  show: (row) => {
    const { id, slug, data, delivered_by_clerk, user_id } = row;
    const common = { id, slug, user_id, status: STATUS, data, delivered_by_clerk };
    if (row.type === 'sms') {
      return {
        object: 'sms_message',
        ...common,
        from_phone_number: row.from,
        to_phone_number: row.to,
        phone_number_id: row.identification_id,
        message: row.body,
        created_at: row.created_at,
        created_at_ms: row.created_at,
      };
    }
    return {
      object: 'email',
      ...common,
      from_email_name: row.from,
      reply_to_email_name: row.reply_to,
      to_email_address: row.to,
      email_address_id: row.identification_id,
      subject: row.subject ?? '',
      body: row.body,
      body_plain: null,
    };
  },
});
