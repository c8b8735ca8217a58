import * as z from 'zod';
import { imageUrl } from '../images.js';
import { defineResource, type Row } from '../resource.js';
import { frontendApi } from './frontend-api.js';
import { time } from './shapes.js';

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

const sent = {
  object: z.literal('oauth_application'),
  id: z.string(),
  instance_id: z.string(),
  name: z.string(),
  client_id: z.string(),
  client_uri: z.string().nullable(),
  client_image_url: z.string().nullable(),
  dynamically_registered: z.boolean(),
  consent_screen_enabled: z.boolean(),
  pkce_required: z.boolean(),
  public: z.boolean(),
  scopes: z.string(),
  redirect_uris: z.array(z.string()),
  callback_url: z.string(),
  authorize_url: z.string(),
  token_fetch_url: z.string(),
  user_info_url: z.string(),
  discovery_url: z.string(),
  token_introspection_url: z.string(),
  created_at: time,
  updated_at: time,
};

/** What creating one and rotating its secret answer, and nothing else does. The secret of a public one is empty. */
export const oauthApplicationWithSecret = z.strictObject({ ...sent, client_secret: z.string() });

export const oauthApplications = defineResource<OAuthApplicationRow>()({
  name: 'oauth_application',
  title: 'OAuth application',
  prefix: 'oauthapp',
  shape: z.strictObject(sent),
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
