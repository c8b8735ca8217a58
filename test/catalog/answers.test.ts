import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { CLOSED, describeAnswers, FREE, TIME, VALUE } from '../../src/catalog/answer-shapes.js';
import { answers } from '../../src/catalog/answers.js';
import { lookUp, resourceOf } from '../../src/catalog/declared-answer.js';
import { knownAnswers } from '../../src/catalog/known-answers.js';
import { operations } from '../../tools/index.js';

it('there is an answer for every operation, and for nothing else', () => {
  expect(Object.keys(answers).toSorted()).toEqual(operations.map(({ spec }) => spec.request).toSorted());
});

/** Every property of every object, with what it holds. */
const held = knownAnswers().objects.flatMap((object) => Object.entries(object));

describe('secrets', () => {
  /** Names that a secret has, or a link with one in it. */
  const SOUNDS_SECRET =
    /secret|token(?!_introspection|_fetch|_url|_ttl|_type|_settings)|jwt|cookie|backup_codes|api_key|_key$|^url$|svix_url|saml_|relay_state|redirect_url$|ticket/;

  /** What sounds like a secret and is none. */
  const OPEN = [
    'cookies_enabled',
    'custom_signing_key',
    'from_machine_key',
    'initial_role_set_key',
    'oauth_jwt_access_tokens',
    'provider_key',
    'role_set_key',
    'saml_accounts',
    'saml_connection',
    'saml_request',
  ];

  it('are marked, whatever they are called', () => {
    const unmarked = held.filter(([key, what]) => SOUNDS_SECRET.test(key) && typeof what === 'number').map(([key]) => key);
    expect(unmarked.filter((key) => !OPEN.includes(key))).toEqual(['url']);
    expect(describeAnswers({ 'GET /redirect_urls/{id}': answers['GET /redirect_urls/{id}'] ?? null }).objects[0]?.url).toBe(
      VALUE,
    );
  });

  it('are what every operation answers with that hands one out', () => {
    const without = operations
      .filter(({ risks }) => risks.includes('credential'))
      .filter(({ spec }) => {
        const { objects } = describeAnswers({ [spec.request]: answers[spec.request] ?? null });
        return !objects.some((object) => Object.values(object).some((what) => typeof what === 'object'));
      });
    // A session is of no use without a token, which another operation makes.
    expect(without.map(({ name }) => name)).toEqual(['Sessions_createSession']);
  });
});

it('what its owner put in is of any form', () => {
  const metadata = held.filter(([key]) => key.endsWith('_metadata') && key !== 'idp_metadata' && !key.startsWith('client_id_'));
  const kinds = metadata.map(([key, what]) => `${/^(?:private|unsafe)_/.test(key) ? 'closed' : 'open'} ${String(what)}`);
  expect(new Set(kinds)).toEqual(new Set([`open ${FREE}`, `closed ${CLOSED}`]));
});

it('moments are Unix milliseconds, whatever they are called', () => {
  const moments = held.filter(([, what]) => what === TIME).map(([key]) => key);
  expect(moments).toEqual(
    expect.arrayContaining(['created_at', 'last_sign_in_at', 'expire_at', 'expiration', 'next_billing_date']),
  );
  expect(moments.filter((key) => /seconds|ttl|lifetime|skew/.test(key))).toEqual([]);
});

it.each(operations.filter(({ spec }) => spec.changes !== undefined))(
  'what $name shows of what it changes is there',
  ({ spec }) => {
    const object = { object: objectOf(answers[spec.request]) };
    for (const path of spec.changes ?? []) {
      expect(lookUp(path.split('.'), resourceOf(object, spec.request)?.shape), path).toBe('declared');
    }
  },
);

const objectOf = (answer: z.ZodType | null | undefined): unknown =>
  (answer as z.ZodObject<{ object: z.ZodLiteral }>).shape.object.value;
