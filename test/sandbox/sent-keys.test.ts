import { expect, it } from 'vitest';
import type * as z from 'zod';
import { answers } from '../../src/catalog/answers.js';
import { Catalog } from '../../src/catalog/catalog.js';
import { operations } from '../../tools/index.js';
import { everyAnswer } from './every-answer.js';
import { openSandbox } from './harness.js';

const catalog = new Catalog(operations);

/** Every object of the answers with the keys that were sent of it, told apart by what it says in `object` or by where it is. */
const objects = new Map<z.ZodObject, { name: string; sent: Set<string> }>();

function visit(schema: z.ZodType, path: string, value: unknown): void {
  const { def } = schema as unknown as { def: z.core.$ZodTypes['_zod']['def'] };
  switch (def.type) {
    case 'optional':
    case 'nullable':
      visit(def.innerType as z.ZodType, path, value ?? undefined);
      return;
    case 'array': {
      const elements: readonly unknown[] = Array.isArray(value) && value.length > 0 ? value : [undefined];
      for (const element of elements) visit(def.element as z.ZodType, path, element);
      return;
    }
    case 'union': {
      const options = def.options as readonly z.ZodType[];
      const fits = value === undefined ? undefined : options.find((option) => option.safeParse(value).success);
      for (const option of options) visit(option, path, option === fits ? value : undefined);
      return;
    }
    case 'object': {
      const object = schema as z.ZodObject;
      const [name = path] = (object.shape.object as z.ZodType | undefined)?._zod.values ?? [];
      const known = objects.get(object) ?? { name: String(name), sent: new Set() };
      objects.set(object, known);
      const held = (value ?? {}) as Readonly<Record<string, unknown>>;
      for (const key of Object.keys(held)) known.sent.add(key);
      for (const [key, below] of Object.entries(object.shape)) visit(below as z.ZodType, `${String(name)}.${key}`, held[key]);
    }
  }
}

const JWKS = 'the instance signs with one RSA key, and publishes no private part';
const UNITS = 'plans here cost the same for any number of seats';
const PRORATION = 'a change of plan is not settled for the rest of a period';
const PROVIDERS = 'no browser signs in here, so providers, wallets and authenticators prove nothing';
const ENTERPRISE = 'users come to a connection by signing in through it';
const ACTIVITY = 'a session shows what its seed says, and the demo says no more than a browser and a place';
const NO_STATE = 'Clerk’s documents name it, and the sandbox keeps nothing that it could say';

/** What the sandbox never sends of what Clerk's answers may have, and why. An object stands for all its keys. */
const NOT_SENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['crv', 'd', 'dp', 'dq', 'k', 'p', 'q', 'qi', 'x', 'x5c', 'x5t', 'x5t#S256', 'x5u', 'y'].map((key) => [
      `GET /jwks.keys.${key}`,
      JWKS,
    ]),
  ),
  'DELETE /email_addresses/{email_address_id}.slug': 'what is deleted here has an id',
  'commerce_discount_redemption.promo_code': 'discounts are given by an operator',
  'commerce_plan.unit_prices': UNITS,
  'commerce_subscription_item.seats': UNITS,
  'commerce_subscription_item.next_payment.per_unit_totals': UNITS,
  'commerce_subscription_item.next_payment.totals.per_unit_totals': UNITS,
  'commerce_subscription_item.next_payment.time': 'only documents of old name it',
  'commerce_subscription_item.credit': PRORATION,
  'commerce_subscription_item.credits.proration': PRORATION,
  'commerce_subscription_item.totals': PRORATION,
  enterprise_account: ENTERPRISE,
  saml_account: ENTERPRISE,
  'user.scim': ENTERPRISE,
  'organization_membership.public_user_data.deprovisioned': ENTERPRISE,
  'external_account.avatar_url': PROVIDERS,
  'external_account.email_address_verified': PROVIDERS,
  'external_account.image_url': PROVIDERS,
  'external_account.phone_number': PROVIDERS,
  'external_account.username': PROVIDERS,
  'oauth_access_token.id_token': PROVIDERS,
  'oauth_access_token.token_secret': PROVIDERS,
  'sign_up_attempt.external_account': PROVIDERS,
  'verification_admin.verified_at_client': PROVIDERS,
  'verification_from_oauth.error': PROVIDERS,
  'verification_from_oauth.external_verification_redirect_url': PROVIDERS,
  'verification_from_oauth.verified_at_client': PROVIDERS,
  'verification_passkey.message': PROVIDERS,
  'verification_passkey.nonce': PROVIDERS,
  'verification_passkey.verified_at_client': PROVIDERS,
  verification_web3: PROVIDERS,
  'clerk_idp_oauth_access_token.act': 'nobody acts for another through a token of an application here',
  'clerk_idp_oauth_access_token.aud': 'tokens of applications are asked for without a resource here',
  'instance_settings.enhanced_email_deliverability': NO_STATE,
  'organization.last_active_at': NO_STATE,
  'organization_settings.max_allowed_permissions': NO_STATE,
  'sign_up_attempt.locale': NO_STATE,
  'user.organization_memberships': NO_STATE,
  'session_activity.browser_version': ACTIVITY,
  'session_activity.device_type': ACTIVITY,
  'session_activity.ip_address': ACTIVITY,
  role_set_migration: 'members change their roles at once, so no migration is ever under way',
};

/** What the walk and the demo do not come by, and the tests, in this folder, that do. */
const SENT_IN: Readonly<Record<string, string>> = {
  'GET /enterprise_connections/{enterprise_connection_id}/test_runs.data.logs': 'enterprise-connections.test.ts',
  'GET /enterprise_connections/{enterprise_connection_id}/test_runs.data.oauth': 'enterprise-connections.test.ts',
  'GET /enterprise_connections/{enterprise_connection_id}/test_runs.data.parsed_user_info': 'enterprise-connections.test.ts',
  'GET /enterprise_connections/{enterprise_connection_id}/test_runs.data.saml': 'enterprise-connections.test.ts',
  'enterprise_connection.custom_attributes': 'directories.test.ts',
  'enterprise_connection.saml_connection': 'enterprise-connections.test.ts',
  'saml_connection.idp_certificates': 'saml-connections.test.ts',
  'saml_connection.login_hint.source': 'saml-connections.test.ts',
  'POST /oauth_applications/access_tokens/verify': 'oauth-tokens.test.ts',
  'POST /templates/{template_type}/{slug}/preview.reply_to_email_address': 'templates.test.ts',
  'template.reply_to_email_name': 'templates.test.ts',
  'commerce_subscription_item.next_payment.totals.discounts': 'billing.test.ts',
  'session.tasks': 'user-credentials.test.ts',
  verification_otp: 'codes.test.ts',
  web3_wallet: 'users.test.ts',
};

/** Reads beyond those of the walk: lists in their other form, and what only a seed brings about. */
async function visitDemo(): Promise<void> {
  const demo = await openSandbox({ seed: 'demo' });
  const read = async (request: string, query = '', path = request.slice('GET '.length)) => {
    const { body } = await demo.get(path + query);
    visit(answers[request] as z.ZodType, request, body);
    return body;
  };
  for (const request of ['GET /users', 'GET /sessions', 'GET /clients']) {
    await read(request, '?limit=500');
    await read(request, '?paginated=true');
  }
  await read('GET /templates/{template_type}', '?paginated=true', '/templates/email');
  const users = (await demo.get('/users?limit=500')).body as unknown as {
    id: string;
    external_accounts: { provider: string }[];
  }[];
  const linked = users.find((user) => user.external_accounts.length > 0);
  const tokens = 'GET /users/{user_id}/oauth_access_tokens/{provider}';
  await read(tokens, '?paginated=true', `/users/${linked?.id}/oauth_access_tokens/${linked?.external_accounts[0]?.provider}`);
}

it('what the catalog says of answers is what the sandbox sends, but for what it is known not to send', async () => {
  for (const [name, { value }] of await everyAnswer(catalog)) {
    const { request } = catalog.get(name).spec;
    const schema = answers[request];
    if (schema) visit(schema, request, value);
  }
  await visitDemo();
  const sent = new Set([...objects.values()].flatMap(({ name, sent }) => [...sent].map((key) => `${name}.${key}`)));
  const unsent = [...objects].flatMap(([{ shape }, { name, sent: own }]) =>
    own.size === 0
      ? [name]
      : Object.keys(shape)
          .map((key) => `${name}.${key}`)
          .filter((key) => !sent.has(key)),
  );
  const outermost = [...new Set(unsent)].filter((name) => !unsent.some((other) => name.startsWith(`${other}.`)));
  expect(outermost.toSorted()).toEqual([...Object.keys(NOT_SENT), ...Object.keys(SENT_IN)].toSorted());
});
