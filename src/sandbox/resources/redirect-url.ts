import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** Where a sign-in flow may return to. */
export interface RedirectUrlRow extends Row {
  url: string;
}

export const redirectUrls = defineResource<RedirectUrlRow>()({
  name: 'redirect_url',
  title: 'redirect URL',
  prefix: 'ru',
  unique: { url: (row) => row.url },
});
