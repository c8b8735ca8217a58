import { readOAuthJwt } from '../domain/oauth-tokens.js';
import { mustBeGood } from '../domain/voidable.js';
import { answers, type Handlers } from '../handler.js';
import { isJwt } from '../keys.js';
import { oauthTokens } from '../resources/oauth-token.js';
import { refuseParam } from '../sandbox-error.js';

interface VerifyToken {
  readonly access_token?: string;
  /** The name that `access_token` had before. */
  readonly secret?: string;
}

export const oauthAccessTokensHandlers: Handlers = {
  OAuthAccessTokens_verifyToken: answers<VerifyToken>(
    ({ instance, body }) => {
      const token = body.access_token ?? body.secret;
      if (token === undefined) {
        throw refuseParam('form_param_missing', 'access_token', 'is missing', 'access_token must be included.');
      }
      if (isJwt(token)) return readOAuthJwt(instance, token);
      return oauthTokens.show(mustBeGood(instance, oauthTokens, instance.of(oauthTokens).one('token', token)), instance);
    },
    { openBody: true },
  ),
};
