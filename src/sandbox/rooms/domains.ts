import { lists } from '../list.js';
import { domains, primaryDomain } from '../resources/domain.js';
import type { Room } from '../rule.js';

export const domainsRoom: Room = {
  Domains_getAllDomains: lists(domains, {
    envelope: 'page',
    defaultOrder: '+created_at',
    within: ({ instance }) => {
      primaryDomain(instance);
      return instance.of(domains).oldestFirst();
    },
  }),
};
