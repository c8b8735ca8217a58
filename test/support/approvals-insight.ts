import type { Insight } from '../../src/approvals/insight.js';
import type { HistoryEntry } from '../../src/policy/audit/history.js';
import type { AuditFields } from '../../src/policy/audit/line.js';

const NOON = Date.parse('2026-01-31T12:00:00Z');
const MINUTE = 60_000;

const entry = (minutesAgo: number, end: HistoryEntry['end'], fields: Partial<AuditFields>): HistoryEntry => ({
  line: {
    seq: 900 - minutesAgo,
    time: new Date(NOON - minutesAgo * MINUTE).toISOString(),
    prev: '',
    sum: '',
    kind: end === 'done' ? 'intent' : 'refused',
    caller: 'support-bot',
    transport: 'http',
    client: 'claude-desktop',
    clientVersion: '1.4',
    instance: { kind: 'live', id: 'ins_1' },
    operation: 'Users_markBanned',
    risk: 'destructive',
    target: '"Ada Lovelace" <ada@example.com> (user_ada)',
    args: { user_id: 'user_ada' },
    rule: 'default: gated',
    strength: 'person',
    way: 'page',
    ...fields,
  },
  intact: true,
  end,
  outcome: undefined,
});

const said = (approver: string, shownText: string): Partial<AuditFields> => ({
  confirmed: `${approver}, by passkey`,
  approval: {
    id: 'apr_0000000000000000000000',
    shown: 'u7Qe2Kq9b1Vw4mXc0s8tYhJr5nLd3fGa6zPoEiRkTxA',
    shownText,
    words: [{ approver, method: 'passkey', fresh: true, lookedMs: 12_000 }],
  },
});

const ENTRIES: readonly HistoryEntry[] = [
  entry(3, 'done', {
    operation: 'Users_deleteUser',
    ...said('ann', 'Deletes "Ada Lovelace" <ada@example.com> (user_ada).\nThis cannot be undone.'),
  }),
  entry(41, 'declined', { ...said('grace', 'Ends every session.'), confirmed: undefined, reason: 'confirmation_declined' }),
  entry(95, 'failed', { caller: 'ci', client: 'cursor', clientVersion: '2', operation: 'Invitations_bulkCreate', risk: 'write' }),
  entry(1_500, 'refused', { operation: 'JwtTemplates_delete', reason: 'denied', rule: 'no deletions', target: undefined }),
  { ...entry(2_900, 'unsure', { operation: 'Organizations_updateMetadata', risk: 'access' }), intact: false },
];

/** What a server knows beside approvals that has run for a while. There is one page of the record. */
export const INSIGHT: Insight = {
  callers: async () => ({
    callers: [
      {
        name: 'support-bot',
        transport: 'http',
        client: 'claude-desktop',
        clientVersion: '1.4',
        calls: 112,
        firstAt: NOON - 300 * MINUTE,
        lastAt: NOON,
      },
      { name: 'ci', transport: 'http', client: 'cursor', clientVersion: '2', calls: 1, firstAt: NOON, lastAt: NOON },
    ],
    sessions: [
      { caller: 'support-bot', transport: 'http', client: 'claude-desktop', clientVersion: '1.4', since: NOON - 300 * MINUTE },
    ],
  }),
  budgets: async () => [
    {
      name: 'default: destructive',
      of: 'risk destructive, defensive false',
      max: 20,
      per: '1h',
      uses: [
        { caller: 'support-bot', used: 3, freesMs: 31 * MINUTE },
        { caller: 'ci', used: 20, freesMs: 4 * MINUTE },
      ],
    },
    { name: 'default: secrets', of: 'returnsSecret true', max: 20, per: '1h', uses: [] },
    {
      name: 'default: process',
      of: 'risk destructive or credential or access, defensive false',
      max: 100,
      per: '1h',
      uses: [{ caller: undefined, used: 23, freesMs: 4 * MINUTE }],
    },
  ],
  history: async ({ caller }, cursor) => ({
    entries: cursor === undefined ? ENTRIES.filter(({ line }) => !caller || line.caller === caller) : [],
    older: cursor === undefined ? 'a-0' : undefined,
    backTo: undefined,
  }),
  decisions: async (periods) => {
    for (let hour = 0; hour < 24 * 30; hour++) {
      const at = periods.since + hour * 60 * MINUTE;
      for (let nth = 0; nth < (hour * 7) % 5; nth++) periods.count(at, 'approved');
      if (hour % 4 === 1) periods.count(at, 'declined');
      if (hour % 9 === 2) periods.count(at, 'lapsed');
    }
    return periods.decisions();
  },
};
