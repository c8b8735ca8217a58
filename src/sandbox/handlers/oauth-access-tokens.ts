import { readOAuthJwt } from '../domain/oauth-tokens.js';
import { mustBeGood } from '../domain/voidable.js';
import { answers, type Handlers } from '../handler.js';
import { isJwt } from '../keys.js';
import { oauthTokens } from '../resources/oauth-token.js';
import { missingParam } from '../sandbox-error.js';

export const oauthAccessTokensHandlers: Handlers = {
  OAuthAccessTokens_verifyToken: answers(({ instance, body }) => {
    const token = body.access_token ?? body.secret;
    if (token === undefined) throw missingParam('access_token');
    if (isJwt(token)) return readOAuthJwt(instance, token);
    return oauthTokens.show(mustBeGood(instance, oauthTokens, instance.one(oauthTokens, 'token', token)), instance);
  }),
};
