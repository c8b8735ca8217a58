import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';

const log = z.strictObject({
  level: z.enum(['info', 'error']),
  code: z.string(),
  short_message: z.string(),
  message: z.string(),
});

const person = z.strictObject({
  email_address: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  user_id: z.string(),
});

const samlExchange = z.strictObject({ saml_request: z.string(), saml_response: z.string(), relay_state: z.string() });
const oauthExchange = z.strictObject({ id_token: z.string(), access_token: z.string(), user_info: z.string() });

/** Someone's try to sign in through an enterprise connection, and what the identity provider sent. */
export interface ConnectionTestRunRow extends Row {
  enterprise_connection_id: string;
  /** The secret part of the link that begins it. */
  ticket: string;
  /** Unix milliseconds. */
  expire_at: number;
  status: 'pending' | 'success' | 'failed';
  connection_type: 'saml' | 'oauth';
  parsed_user_info: z.infer<typeof person> | null;
  logs: z.infer<typeof log>[];
  saml: z.infer<typeof samlExchange> | null;
  oauth: z.infer<typeof oauthExchange> | null;
}

export const connectionTestRuns = defineResource<ConnectionTestRunRow>()({
  name: 'enterprise_connection_test_run',
  prefix: 'ectr',
  shape: z.strictObject({
    id: z.string(),
    status: z.enum(['pending', 'success', 'failed']),
    connection_type: z.enum(['saml', 'oauth']),
    parsed_user_info: person.nullable(),
    logs: z.array(log),
    saml: samlExchange.nullable(),
    oauth: oauthExchange.nullable(),
    created_at: time,
  }),
  unique: { ticket: (row) => row.ticket },
  lookup: { enterprise_connection_id: (row) => row.enterprise_connection_id },
  owners: { enterprise_connection: 'enterprise_connection_id' },
  show: ({ enterprise_connection_id: _, ticket: __, expire_at: ___, updated_at: ____, ...row }) => row,
});
