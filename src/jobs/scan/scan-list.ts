import type { CallOutcome } from '../../call/call.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { fits } from '../../response/token-count.js';
import type { JobContext, RunJobTool } from '../job-tool.js';

const PAGE = 500;
const SHOWN = 25;

/** Reads a list to its end. */
export const scanList: RunJobTool = async ({ list, arguments: args = {}, rows: shown = SHOWN }, context) => {
  const rows: unknown[] = [];
  for (;;) {
    const page = await pageOf(String(list), { ...(args as Arguments), limit: PAGE, offset: rows.length }, context);
    if ('outcome' in page) return page.outcome;
    rows.push(...page.items);
    context.tell({ progress: rows.length, message: `${rows.length} read` });
    if (page.items.length < PAGE) break;
  }
  const first = rows.slice(0, Number(shown));
  const answer = (): string => JSON.stringify({ seen: rows.length, rows: first });
  while (first.length > 0 && !fits(answer(), context.limits.maxTokens)) first.splice(Math.ceil(first.length / 2));
  return { kind: 'done', text: answer() };
};

async function pageOf(
  list: string,
  args: Arguments,
  { make }: JobContext,
): Promise<{ readonly items: readonly unknown[] } | { readonly outcome: CallOutcome }> {
  const outcome = await make(list, args);
  if (outcome.kind !== 'done') return { outcome };
  const { value } = outcome.answer ?? {};
  const items = isRecord(value) ? value.data : value;
  return { items: Array.isArray(items) ? items : [value] };
}
