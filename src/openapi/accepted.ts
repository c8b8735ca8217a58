import type { AcceptedDifference } from './difference.js';

const VERSION = '2026-05-12';

const WHOLE_ROWS = 'Rows are counted in whole numbers; every other list says so.';
const NO_NULL = 'A query has no way to say null: it is left out instead.';

export const ACCEPTED: readonly AcceptedDifference[] = [
  ...['ApiKeys_list', 'M2mTokens_list'].flatMap((operation): AcceptedDifference[] => [
    { version: VERSION, operation, aspect: 'type', at: 'offset', document: 'number', catalog: 'integer', why: WHOLE_ROWS },
    {
      version: VERSION,
      operation,
      aspect: 'nullable',
      at: 'offset',
      document: 'may be null',
      catalog: 'never null',
      why: NO_NULL,
    },
  ]),
  {
    version: VERSION,
    operation: 'Directories_createGroupRoleMapping',
    aspect: 'one_of',
    at: '',
    document: 'none',
    catalog: 'directory_group_id scim_group_id',
    why: 'Without either of them there is no group to map; the document says so only in prose.',
  },
];
