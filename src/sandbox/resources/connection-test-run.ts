import type * as z from 'zod';
import type { connectionTestRun } from '../../catalog/resources/enterprise.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

type Sent = z.infer<typeof connectionTestRun>;

/** Someone's try to sign in through an enterprise connection, and what the identity provider sent. */
export interface ConnectionTestRunRow extends Row {
  enterprise_connection_id: string;
  /** The secret part of the link that begins it. */
  ticket: string;
  /** Unix milliseconds. */
  expire_at: number;
  status: 'pending' | 'success' | 'failed';
  connection_type: 'saml' | 'oauth';
  parsed_user_info: Sent['parsed_user_info'];
  logs: Sent['logs'];
  saml: Sent['saml'];
  oauth: Sent['oauth'];
}

export const connectionTestRuns = defineResource<ConnectionTestRunRow>()({
  name: 'enterprise_connection_test_run',
  prefix: 'ectr',
  unique: { ticket: (row) => row.ticket },
  owners: { enterprise_connection: 'enterprise_connection_id' },
  show: ({ enterprise_connection_id: _, ticket: __, expire_at: ___, updated_at: ____, ...row }) => row,
});
