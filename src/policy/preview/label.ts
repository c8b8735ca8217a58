import { plain, shownEmail, shownName, shownValue, typeable } from '../../platform/plain-text.js';

/** How a person names a resource, and what they type to show that they mean it. Both are safe to display. */
export interface Label {
  readonly text: string;
  readonly word: string;
}

type Resource = Readonly<Record<string, unknown>>;

/** Where a resource's name stands, in the order in which one is looked for. */
const NAME_FIELDS = ['name', 'title', 'identifier', 'email_address', 'phone_number', 'url', 'slug', 'key'] as const;

/** Names a resource of the API by its `object` type; `undefined` where nothing in it is a name or an id. */
export function labelOf(value: unknown): Label | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const resource = value as Resource;
  switch (resource.object) {
    case 'user':
      return userLabel(resource);
    case 'organization':
      return namedLabel(resource, textAt(resource, 'name'), [textAt(resource, 'slug')]);
    case 'session':
      return sessionLabel(resource);
    case 'organization_membership':
      return membershipLabel(resource);
    default:
      return namedLabel(resource, firstOf(resource, NAME_FIELDS), []);
  }
}

function userLabel(user: Resource): Label | undefined {
  const name = [textAt(user, 'first_name'), textAt(user, 'last_name')].filter((part) => part !== undefined).join(' ');
  const email = primary(user, 'email_addresses', 'primary_email_address_id', 'email_address');
  const phone = primary(user, 'phone_numbers', 'primary_phone_number_id', 'phone_number');
  const known = name || textAt(user, 'username') || (email === undefined ? phone : undefined);
  const id = textAt(user, 'id');
  const address = email === undefined ? undefined : shownEmail(email);
  const parts = [known && shownName(known), address && (known ? `<${address}>` : address), id && `(${shownValue(id)})`];
  // The address is unique and verified; a name is what its owner likes.
  return assemble(parts, email ?? textAt(user, 'username') ?? (name || id));
}

const sessionLabel = (session: Resource): Label | undefined => {
  const [id, user, status] = [textAt(session, 'id'), textAt(session, 'user_id'), textAt(session, 'status')];
  return assemble([id && shownValue(id), user && `of ${shownValue(user)}`, status && `(${shownValue(status)})`], id);
};

function membershipLabel(membership: Resource): Label | undefined {
  const member = membership.public_user_data;
  const identifier = isResource(member) ? (textAt(member, 'identifier') ?? textAt(member, 'user_id')) : undefined;
  const organization = labelOf(membership.organization);
  const role = textAt(membership, 'role');
  const parts = [
    identifier && shownEmail(identifier),
    role && `as ${shownName(role)}`,
    organization && `in ${organization.text}`,
  ];
  return assemble(parts, identifier ?? textAt(membership, 'id'));
}

function namedLabel(resource: Resource, name: string | undefined, more: readonly (string | undefined)[]): Label | undefined {
  const id = textAt(resource, 'id');
  const inBrackets = [...more, id].filter((part) => part !== undefined && part !== name).map(shownValue);
  const shown = name?.includes('@') === true ? shownEmail(name) : name && shownName(name);
  const brackets = inBrackets.join(', ');
  return assemble([shown, brackets && (shown ? `(${brackets})` : brackets)], name ?? id);
}

function assemble(parts: readonly (string | undefined)[], word: string | undefined): Label | undefined {
  const text = parts.filter((part) => part !== undefined && part !== '').join(' ');
  return text === '' || word === undefined ? undefined : { text, word: typeable(word) };
}

/** The entry of a list that the resource names as its primary one, otherwise the first. */
function primary(user: Resource, list: string, idField: string, field: string): string | undefined {
  const entries = Array.isArray(user[list]) ? (user[list] as unknown[]).filter(isResource) : [];
  const chosen = entries.find((entry) => entry.id === user[idField]) ?? entries[0];
  return chosen && textAt(chosen, field);
}

const isResource = (value: unknown): value is Resource => value !== null && typeof value === 'object';

function textAt(resource: Resource, field: string): string | undefined {
  const value = resource[field];
  return typeof value === 'string' && plain(value) !== '' ? value : undefined;
}

function firstOf(resource: Resource, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const value = textAt(resource, field);
    if (value !== undefined) return value;
  }
  return undefined;
}
