import { invite } from '../domain/application-invitations.js';
import { deletes } from '../domain/found.js';
import { identifierType, normalize } from '../domain/identifiers.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import type { Resource } from '../resource.js';
import {
  type AllowlistIdentifierRow,
  allowlistIdentifiers,
  blocklistIdentifiers,
  type ListedIdentifierRow,
} from '../resources/identifier-lists.js';
import { duplicateRecord, malformedParam } from '../sandbox-error.js';

/** The columns of a new entry. @throws SandboxError when it is no identifier, or listed already. */
function entry(
  instance: Instance,
  list: Resource<ListedIdentifierRow, 'identifier', never> | Resource<AllowlistIdentifierRow, 'identifier', never>,
  text: string,
): Pick<ListedIdentifierRow, 'identifier' | 'identifier_type' | 'instance_id'> {
  const type = identifierType(text);
  if (type === undefined) {
    const why = 'identifier must be an email address, a pattern such as *@example.com, a phone number or a web3 wallet.';
    throw malformedParam('identifier', why);
  }
  const identifier = normalize(type, text);
  const held = instance.of(list as Resource<ListedIdentifierRow, 'identifier', never>);
  if (held.one('identifier', identifier) !== undefined) throw duplicateRecord(list.title, identifier);
  return { identifier, identifier_type: type, instance_id: instance.id };
}

export const allowlistBlocklistHandlers: Handlers = {
  AllowlistBlocklist_listAllowedIdentifiers: lists(allowlistIdentifiers, { envelope: 'bare' }),
  AllowlistBlocklist_listBlockedIdentifiers: lists(blocklistIdentifiers, { envelope: 'page' }),

  AllowlistBlocklist_addIdentifierToAllowList: answers(({ instance, body }) => {
    const columns = entry(instance, allowlistIdentifiers, body.identifier);
    const mailable = columns.identifier_type === 'email_address' && !columns.identifier.startsWith('*');
    const sent = body.notify === true && mailable ? invite(instance, { email_address: columns.identifier }) : undefined;
    const row = instance.insert(allowlistIdentifiers, { ...columns, ...(sent === undefined ? {} : { invitation_id: sent.id }) });
    return allowlistIdentifiers.show(row, instance);
  }),

  AllowlistBlocklist_addIdentifier: answers(({ instance, body }) => {
    const row = instance.insert(blocklistIdentifiers, entry(instance, blocklistIdentifiers, body.identifier));
    return blocklistIdentifiers.show(row, instance);
  }),

  AllowlistBlocklist_deleteIdentifier: deletes(allowlistIdentifiers, { param: 'identifier_id' }),
  AllowlistBlocklist_deleteIdentifierFromBlocklist: deletes(blocklistIdentifiers, { param: 'identifier_id' }),
};
