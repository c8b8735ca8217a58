import { answers, type Handlers } from '../handler.js';

const LIFETIME_SECONDS = 60 * 60;
const TOKEN_LETTERS = 43;

export const testingTokensHandlers: Handlers = {
  // Nothing in the Backend API takes one, so none is kept.
  TestingTokens_createToken: answers(({ instance }) => {
    const made = Math.floor(instance.now() / 1000);
    const token = `${made}-c_${instance.random.base62(TOKEN_LETTERS)}`;
    return { object: 'testing_token', token, expires_at: made + LIFETIME_SECONDS };
  }),
};
