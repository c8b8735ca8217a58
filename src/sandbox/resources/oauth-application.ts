import { imageUrl } from '../images.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { frontendApi } from './frontend-api.js';

/** An application that signs its users in with accounts of this instance. Nothing reads its secret, so none is kept. */
export interface OAuthApplicationRow extends Row {
  instance_id: string;
  name: string;
  client_id: string;
  redirect_uris: string[];
  /** With spaces between them. */
  scopes: string;
  consent_screen_enabled: boolean;
  pkce_required: boolean;
  /** It runs where a secret cannot be kept, and has none. */
  public: boolean;
  /** Of its logo; without it there is none. */
  image_id?: string;
}

export const oauthApplications = defineResource<OAuthApplicationRow>()({
  name: 'oauth_application',
  title: 'OAuth application',
  prefix: 'oauthapp',
  unique: { client_id: (row) => row.client_id },
  show: ({ image_id: imageId, ...row }, instance) => {
    const api = frontendApi(instance);
    return {
      object: 'oauth_application',
      ...row,
      client_uri: null,
      client_image_url: imageId === undefined ? null : imageUrl(instance, imageId, row.id),
      dynamically_registered: false,
      callback_url: row.redirect_uris[0] ?? '',
      authorize_url: `${api}/oauth/authorize`,
      token_fetch_url: `${api}/oauth/token`,
      user_info_url: `${api}/oauth/userinfo`,
      discovery_url: `${api}/.well-known/openid-configuration`,
      token_introspection_url: `${api}/oauth/token_info`,
    };
  },
});
