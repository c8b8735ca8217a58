import { plain } from '../../platform/plain-text.js';
import type { HistoryPage } from '../../policy/audit/history.js';

/** The latest calls on record, newest first. The record itself masks secrets; texts from outside are made plain here. */
export function recordPage(page: HistoryPage | undefined): object {
  if (page === undefined) return { kept: false, hint: 'No record is kept in a file. --audit-log FILE keeps one.' };
  return {
    kept: true,
    entries: page.entries.map(({ line, end, outcome, intact }) => ({
      time: plain(line.time),
      end,
      operation: text(line.operation),
      risk: text(line.risk),
      caller: text(line.caller),
      client: text(line.client),
      target: text(line.target),
      call: text(line.call),
      args: line.args,
      rule: text(line.rule),
      confirmed: text(line.confirmed),
      reason: text(line.reason),
      status: outcome?.status,
      code: text(outcome?.code),
      ...(!intact && { changed: 'this line does not fit its sum' }),
    })),
    ...(page.older !== undefined && { more: 'Older ones: clerk-mcp audit show, or the page of approvals.' }),
  };
}

const text = (value: string | undefined): string | undefined => (value === undefined ? undefined : plain(value, 200));
