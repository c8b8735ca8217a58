import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';

/** Where a sign-in flow may return to. */
export interface RedirectUrlRow extends Row {
  url: string;
}

export const redirectUrls = defineResource<RedirectUrlRow>()({
  name: 'redirect_url',
  title: 'redirect URL',
  prefix: 'ru',
  shape: z.strictObject({
    object: z.literal('redirect_url'),
    id: z.string(),
    url: z.string(),
    created_at: time,
    updated_at: time,
  }),
  unique: { url: (row) => row.url },
});
