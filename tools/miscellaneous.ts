import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';

export const miscellaneous = {
  getInterstitialMarkup: defineOperation({
    name: 'Miscellaneous_getInterstitialMarkup',
    clerk: 'GetPublicInterstitial',
    request: 'GET /public/interstitial',
    title: 'Get interstitial page',
    description: 'HTML page by which SDKs settle an unclear sign-in state. Only for debugging an SDK.',
    query: {
      frontendApi: z.string().optional().describe('Deprecated: use frontend_api'),
      frontend_api: z.string().optional(),
      publishable_key: z.string().optional(),
      proxy_url: z.string().optional(),
      domain: z.string().optional(),
      sign_in_url: z.string().optional(),
      use_domain_for_script: z.boolean().optional(),
    },
    answers: 'text',
    risk: 'read',
  }),
};
