import { must } from '../domain/found.js';
import { normalize } from '../domain/identifiers.js';
import { refuseBanned } from '../domain/sessions.js';
import { newTicket, revokes } from '../domain/tickets.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { agents, agentTasks } from '../resources/agent-task.js';
import { emailAddresses, type IdentifierRow, isVerified, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { type UserRow, users } from '../resources/user.js';
import { invalidParam, malformedParam, notFound, refuse } from '../sandbox-error.js';

type CreateTask = BodyOf<'AgentTasks_createTask'>;

/** How long the link can be opened. Clerk does not tell; this is what actor tokens have. */
const TICKET_SECONDS = 60 * 60;
const DEFAULT_SESSION_SECONDS = 30 * 60;

/** @throws SandboxError 404 when no user has verified it. */
function holderOf(instance: Instance, identifier: string): UserRow {
  const found: readonly (IdentifierRow | undefined)[] = [
    instance.one(emailAddresses, 'email_address', normalize('email_address', identifier)),
    instance.one(phoneNumbers, 'phone_number', normalize('phone_number', identifier)),
    instance.one(web3Wallets, 'web3_wallet', normalize('web3_wallet', identifier)),
  ];
  const proven = found.find((row) => row !== undefined && isVerified(row));
  const user =
    proven === undefined ? instance.one(users, 'username', identifier.toLowerCase()) : instance.get(users, proven.user_id);
  if (user === undefined) throw notFound(`user with the verified identifier ${identifier}`);
  return user;
}

/** @throws SandboxError when there is no such user, or no one may sign in as them. */
function mustBeUser(instance: Instance, { user_id: id, identifier }: CreateTask['on_behalf_of']): UserRow {
  if (id === undefined && identifier === undefined) {
    const names = ['on_behalf_of.user_id', 'on_behalf_of.identifier'];
    const why = `Give one of ${names.join(' and ')}.`;
    throw refuse(422, 'form_param_missing', 'is missing', why, { names });
  }
  if (id !== undefined && identifier !== undefined) {
    throw invalidParam('on_behalf_of', 'on_behalf_of must have either user_id or identifier, not both.');
  }
  const user = id === undefined ? holderOf(instance, identifier ?? '') : must(instance, users, id);
  refuseBanned(user);
  return user;
}

function check({ redirect_url: url, session_max_duration_in_seconds: seconds = 1 }: CreateTask): void {
  // Whether its domain is the instance's is looked at only when the link is opened.
  if (!/^https?:/.test(url)) throw malformedParam('redirect_url', 'redirect_url must be an http or https address.');
  if (seconds < 1) {
    const param = 'session_max_duration_in_seconds';
    throw invalidParam(param, `${param} must be 1 or more.`);
  }
}

const agentNamed = (instance: Instance, name: string): string =>
  (instance.one(agents, 'name', name) ?? instance.insert(agents, { name })).id;

export const agentTasksHandlers: Handlers = {
  AgentTasks_createTask: answers(async ({ instance, body }) => {
    check(body);
    const { id: user_id } = mustBeUser(instance, body.on_behalf_of);
    const session_max_duration = body.session_max_duration_in_seconds ?? DEFAULT_SESSION_SECONDS;
    const agent_id = agentNamed(instance, body.agent_name);
    const claims = { act: { sub: agent_id }, smd: session_max_duration };
    const ticket = await newTicket(instance, agentTasks, { user_id, lifetime: TICKET_SECONDS, claims });
    // While the ticket was signed, the user may have gone or been banned.
    mustBeUser(instance, { user_id });
    const { task_description, redirect_url } = body;
    const row = instance.insert(agentTasks, { ...ticket, agent_id, task_description, redirect_url, session_max_duration });
    return { ...agentTasks.show(row, instance), url: row.url };
  }),

  AgentTasks_revokeTask: revokes(agentTasks, 'bad_request'),
};
