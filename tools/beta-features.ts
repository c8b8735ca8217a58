import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { isSecondary, testMode } from './schemas.js';

const newDomain = {
  home_url: z.string().optional().describe('E.g. https://www.example.com'),
  is_secondary: isSecondary.optional(),
};
const moveEffect =
  'Moves the whole instance to {home_url}: every user is signed out, and sign-in stays broken until DNS records, certificates, social redirect URLs and API keys are set up for the new domain.';
const moveConsequences = [
  { read: 'Users_getTotalCount', with: {}, says: '{n} users have to sign in again', one: '1 user has to sign in again' },
];

export const betaFeatures = {
  updateProductionInstanceDomain: defineOperation({
    name: 'BetaFeatures_updateProductionInstanceDomain',
    clerk: 'UpdateProductionInstanceDomain',
    request: 'PUT /beta_features/domain',
    title: 'Change production domain (old)',
    description: 'Moves a production instance to another domain and signs every user out.',
    deprecated: 'Use BetaFeatures_updateInstanceDomain.',
    body: newDomain,
    answers: 'nothing',
    risk: 'destructive',
    idempotent: false,
    effect: moveEffect,
    consequences: moveConsequences,
    typed: '{home_url}',
    raises: [{ risk: 'access', effect: 'Whoever owns that domain gets the sign-ins of all users.' }],
    undo: { never: 'moving back is another move, with DNS and keys to be set up' },
  }),

  updateInstanceSettings: defineOperation({
    name: 'BetaFeatures_updateInstanceSettings',
    clerk: 'UpdateInstanceAuthConfig',
    request: 'PATCH /beta_features/instance_settings',
    title: 'Update sign-up settings',
    description:
      'Sets mail sender, allowlist switch and test mode of the whole instance; inputs left out stay. Other switches: InstanceSettings_updateInstanceSettings, InstanceSettings_updateRestrictions.',
    body: {
      restricted_to_allowlist: z.boolean().nullable().optional(),
      from_email_address: z.string().nullable().optional().describe('Local part, alphanumeric'),
      progressive_sign_up: z.boolean().nullable().optional().describe('Deprecated'),
      test_mode: testMode,
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes settings of the whole instance, for all its users: sign-up restricted to the allowlist {restricted_to_allowlist}, mail sender {from_email_address}, progressive sign-up {progressive_sign_up}, test mode {test_mode}.',
    typed: 'instance',
    raises: [
      { when: { input: 'restricted_to_allowlist', is: false }, risk: 'access', effect: 'Anybody can sign up.' },
      {
        when: { input: 'test_mode', is: true },
        risk: 'access',
        effect: 'Test addresses and numbers get in with a code that is public.',
      },
      {
        when: { input: 'from_email_address', is: 'given' },
        risk: 'access',
        effect: 'Mail to users comes from {from_email_address}.',
      },
    ],
    undo: { never: 'Clerk does not tell the former settings' },
  }),

  updateInstanceDomain: defineOperation({
    name: 'BetaFeatures_updateInstanceDomain',
    clerk: 'ChangeProductionInstanceDomain',
    request: 'POST /instance/change_domain',
    title: 'Change production domain',
    description:
      'Moves a production instance to another domain. Signs every user out; down until DNS, certificates, social redirect URLs and keys are renewed. To rename or proxy one domain: Domains_updateDomain.',
    body: newDomain,
    answers: 'nothing',
    risk: 'destructive',
    effect: moveEffect,
    consequences: moveConsequences,
    typed: '{home_url}',
    raises: [{ risk: 'access', effect: 'Whoever owns that domain gets the sign-ins of all users.' }],
    undo: { never: 'moving back is another move, with DNS and keys to be set up' },
  }),
};
