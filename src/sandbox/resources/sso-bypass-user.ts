import { imageUrl } from '../images.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { identifierOf, users } from './user.js';

/** Somebody who may sign in by e-mail code past the connections that serve their addresses. */
export interface SsoBypassUserRow extends Row {
  user_id: string;
}

export const ssoBypassUsers = defineResource<SsoBypassUserRow>()({
  name: 'sso_bypass_allowlist_user',
  title: 'user on the SSO bypass list',
  prefix: 'ssobypass',
  unique: { listed: (row) => row.user_id },
  owners: { user: 'user_id' },
  show: ({ user_id, created_at, updated_at }, instance) => {
    const user = instance.get(users, user_id);
    if (user === undefined) throw new Error(`a row on the SSO bypass list outlived its user ${user_id}`);
    const image = imageUrl(instance, user.image_id, user.id);
    return {
      object: 'sso_bypass_allowlist_user',
      user_id,
      public_user_data: {
        first_name: user.first_name,
        last_name: user.last_name,
        image_url: image,
        profile_image_url: image,
        has_image: user.image_id !== null,
        identifier: identifierOf(user, instance),
        username: user.username,
      },
      created_at,
      updated_at,
    };
  },
});
