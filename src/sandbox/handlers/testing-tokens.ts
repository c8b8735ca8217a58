import * as z from 'zod';
import { answers, type Handlers } from '../handler.js';

const LIFETIME_SECONDS = 60 * 60;
const TOKEN_LETTERS = 43;

/** Unix seconds, unlike the times of most resources. */
const shape = z.strictObject({ object: z.literal('testing_token'), token: z.string(), expires_at: z.int() });

export const testingTokensHandlers: Handlers = {
  // Nothing in the Backend API takes one, so none is kept.
  TestingTokens_createToken: answers(shape, ({ instance }) => {
    const made = Math.floor(instance.now() / 1000);
    const token = `${made}-c_${instance.random.base62(TOKEN_LETTERS)}`;
    return { object: 'testing_token', token, expires_at: made + LIFETIME_SECONDS };
  }),
};
