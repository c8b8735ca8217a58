import type { Instance } from '../instance.js';
import { type ConnectionTestRunRow, connectionTestRuns } from '../resources/connection-test-run.js';
import { type EnterpriseConnectionRow, enterpriseConnections } from '../resources/enterprise-connection.js';
import { frontendApi } from '../resources/frontend-api.js';
import { refuse } from '../sandbox-error.js';
import { missingForSignIn } from './enterprise-settings.js';
import { must } from './found.js';

/** How long the link is good for. */
const LINK_MS = 10 * 60 * 1000;

/** A test that waits for its person. */
export const beginTestRun = (instance: Instance, connection: EnterpriseConnectionRow): ConnectionTestRunRow =>
  instance.insert(connectionTestRuns, {
    enterprise_connection_id: connection.id,
    ticket: instance.random.base62(32),
    expire_at: instance.now() + LINK_MS,
    status: 'pending',
    connection_type: connection.saml === null ? 'oauth' : 'saml',
    parsed_user_info: null,
    logs: [],
    saml: null,
    oauth: null,
  });

/** Where a person begins the test. The sandbox's own page stands in for the identity provider's. */
export const linkOf = (instance: Instance, run: ConnectionTestRunRow): string =>
  `${instance.origin}/_sandbox/sso-test/${run.ticket}`;

/**
 * What happens when a person opens the link: the identity provider, which the sandbox plays, lets them in if the
 * connection knows enough of it.
 * @throws SandboxError for a link that is not known, was used or has expired.
 */
export async function runTest(instance: Instance, ticket: string): Promise<object> {
  const found = instance.one(connectionTestRuns, 'ticket', ticket);
  const tokens = found && (await issue(instance, must(instance, enterpriseConnections, found.enterprise_connection_id)));
  const run = instance.one(connectionTestRuns, 'ticket', ticket);
  if (run === undefined || tokens === undefined) throw refuse(404, 'resource_not_found', 'not found', 'No test has this link.');
  if (run.status !== 'pending' || run.expire_at <= instance.now()) {
    throw refuse(410, 'ticket_expired_code', 'Link expired', 'This link was used or has expired: begin another test run.');
  }
  instance.update(connectionTestRuns, run, tokens);
  // What the identity provider sent is shown to those who list the runs, not to the bearer of the link.
  return { id: run.id, status: run.status, logs: run.logs };
}

type Outcome = Pick<ConnectionTestRunRow, 'status' | 'parsed_user_info' | 'logs' | 'saml' | 'oauth'>;

async function issue(instance: Instance, connection: EnterpriseConnectionRow): Promise<Outcome> {
  const missing = missingForSignIn(connection);
  if (missing.length > 0) {
    const message = `The connection lacks ${missing.join(', ')}.`;
    const logs = [{ level: 'error' as const, code: 'configuration_incomplete', short_message: 'Not configured', message }];
    return { status: 'failed', parsed_user_info: null, logs, saml: null, oauth: null };
  }
  const person = {
    email_address: `tester@${connection.domains[0]}`,
    first_name: 'Test',
    last_name: 'Person',
    user_id: `idp_${instance.random.hex(8)}`,
  };
  const logs = [
    {
      level: 'info' as const,
      code: 'signed_in',
      short_message: 'Signed in',
      message: 'The identity provider let the tester in.',
    },
  ];
  const done = { status: 'success' as const, parsed_user_info: person, logs };
  if (connection.saml !== null) return { ...done, saml: samlExchange(instance, connection, person), oauth: null };
  const seconds = Math.floor(instance.now() / 1000);
  const claims = {
    sub: person.user_id,
    email: person.email_address,
    iss: connection.oidc?.discovery_url ?? frontendApi(instance),
  };
  const idToken = await instance.keys.sign({
    ...claims,
    aud: connection.oidc?.client_id ?? '',
    iat: seconds,
    exp: seconds + 3600,
  });
  const oauth = { id_token: idToken, access_token: instance.random.base62(40), user_info: JSON.stringify(claims) };
  return { ...done, saml: null, oauth };
}

function samlExchange(
  instance: Instance,
  connection: EnterpriseConnectionRow,
  person: NonNullable<ConnectionTestRunRow['parsed_user_info']>,
): NonNullable<ConnectionTestRunRow['saml']> {
  const id = instance.random.hex(16);
  const encode = (xml: string): string => Buffer.from(xml).toString('base64');
  return {
    saml_request: encode(`<samlp:AuthnRequest ID="_${id}" Destination="${escaped(connection.saml?.idp_sso_url ?? '')}"/>`),
    saml_response: encode(
      `<samlp:Response InResponseTo="_${id}"><saml:NameID>${escaped(person.email_address)}</saml:NameID></samlp:Response>`,
    ),
    relay_state: id,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '');
