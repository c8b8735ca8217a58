import { isRecord } from '../../platform/is-record.js';
import { plain, shownEmail, shownName, shownValue, typeable } from '../../platform/plain-text.js';
import { paymentInWords, priceInWords } from './money.js';

/** How a person names a resource. Every text is safe to display. */
export interface Label {
  /** Its name without its id: `"Ada Lovelace" <ada@example.com>`. The id if it has no name. */
  readonly name: string;
  /** Name and id in one line: `"Ada Lovelace" <ada@example.com> (user_1)`. */
  readonly text: string;
  /** What a person types to show that they mean it. */
  readonly word: string;
  /** The id of the user or organization that it belongs to. */
  readonly owner: string | undefined;
  /** The domain of its primary address. */
  readonly domain: string | undefined;
}

type Resource = Readonly<Record<string, unknown>>;

/** The paths of a resource's name, in the order in which they are tried. */
const NAME_FIELDS = ['name', 'title', 'identifier', 'email_address', 'phone_number', 'url', 'slug', 'key'] as const;

/** The paths of the id of the user or organization that a resource belongs to. */
const OWNER_FIELDS = ['user_id', 'subject', 'organization_id', 'payer_id'] as const;
const OWNER_ID = /^(?:user|org)_\w+$/;

/** Names a resource of the API by its `object` type; `undefined` if it holds neither a name nor an id. */
export function labelOf(value: unknown): Label | undefined {
  if (!isResource(value) || Array.isArray(value)) return undefined;
  switch (value.object) {
    case 'user':
      return userLabel(value);
    case 'organization_membership':
      return membershipLabel(value);
    case 'session':
      return label(value, undefined, textAt(value, 'id'));
    case 'commerce_price':
      return label(value, priceInWords(value), textAt(value, 'id'));
    case 'commerce_subscription_item':
      return itemLabel(value);
    default:
      return namedLabel(value);
  }
}

function userLabel(user: Resource): Label | undefined {
  const name = [textAt(user, 'first_name'), textAt(user, 'last_name')].filter((part) => part !== undefined).join(' ');
  const email = primary(user, 'email_addresses', 'primary_email_address_id', 'email_address');
  const phone = primary(user, 'phone_numbers', 'primary_phone_number_id', 'phone_number');
  const username = textAt(user, 'username');
  const known = name || username;
  const address = email === undefined ? phone && shownValue(phone) : shownEmail(email);
  const shown = [known && shownName(known), address && (known ? `<${address}>` : address)].filter(Boolean).join(' ');
  // The address is unique and verified; a name is whatever its owner likes.
  return label(user, shown, email ?? username ?? name, email?.split('@').at(-1));
}

function membershipLabel(membership: Resource): Label | undefined {
  const member = membership.public_user_data;
  const identifier = isResource(member) ? (textAt(member, 'identifier') ?? textAt(member, 'user_id')) : undefined;
  const organization = isResource(membership.organization) ? textAt(membership.organization, 'name') : undefined;
  const role = textAt(membership, 'role');
  const parts = [
    identifier && shownEmail(identifier),
    role && `with the role ${shownValue(role)}`,
    organization && `in ${shownName(organization)}`,
  ];
  return label(membership, parts.filter(Boolean).join(' '), identifier);
}

function itemLabel(item: Resource): Label | undefined {
  const plan = isRecord(item.plan) ? textAt(item.plan, 'name') : undefined;
  const paid = paymentInWords(item);
  const shown = [plan && shownName(plan), paid && `(${paid})`].filter(Boolean).join(' ');
  const named = label(item, shown, textAt(item, 'id'));
  return named && { ...named, owner: isRecord(item.payer) ? ownerOf(item.payer) : undefined };
}

function namedLabel(resource: Resource): Label | undefined {
  const name = firstOf(resource, NAME_FIELDS);
  const shown = name?.includes('@') === true ? shownEmail(name) : name && (isNumber(name) ? shownValue(name) : shownName(name));
  return label(resource, shown, name);
}

/** @param wanted what to type, if it can be typed */
function label(resource: Resource, shown: string | undefined, wanted: string | undefined, domain?: string): Label | undefined {
  const id = textAt(resource, 'id');
  const name = shown || (id && shownValue(id));
  const word = [wanted, textAt(resource, 'slug'), id].map((text) => text && typeable(text)).find(Boolean);
  if (!name || !word) return undefined;
  const text = id === undefined || !shown ? name : `${name} (${shownValue(id)})`;
  return { name, text, word, owner: ownerOf(resource), domain: domain && plain(domain) };
}

const isNumber = (name: string): boolean => /^\+\d+$/.test(name);

function ownerOf(resource: Resource): string | undefined {
  const owner = firstOf(resource, OWNER_FIELDS);
  return owner !== undefined && OWNER_ID.test(owner) ? owner : undefined;
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
