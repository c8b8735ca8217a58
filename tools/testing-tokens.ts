import { defineOperation } from '../src/catalog/declaration.js';

export const testingTokens = {
  createToken: defineOperation({
    name: 'TestingTokens_createToken',
    clerk: 'CreateTestingToken',
    request: 'POST /testing_tokens',
    title: 'Create testing token',
    description: 'Mints a short-lived token by which end-to-end tests get past bot detection. Signs nobody in.',
    risk: 'credential',
    effect: 'Shows {where} a token with which anybody gets past the bot detection of the instance until it expires.',
    undo: { never: 'a token that was shown works until it expires' },
  }),
};
