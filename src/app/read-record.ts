import { countDecisions, type Decisions, type Periods } from '../policy/audit/decisions.js';
import { type HistoryFilters, type HistoryPage, readHistory } from '../policy/audit/history.js';
import { recordFiles } from '../policy/audit/record-files.js';

/** A page of the audit log, together with the logs that other processes on this machine keep beside it. */
export const readRecord = async (setting: string, filters: HistoryFilters, cursor: string | undefined): Promise<HistoryPage> =>
  readHistory(await recordFiles(setting), filters, { cursor });

/** What people decided, according to the same logs. @param open ids of approvals that still wait */
export const readDecisions = async (setting: string, periods: Periods, open: ReadonlySet<string>): Promise<Decisions> =>
  countDecisions(await recordFiles(setting), periods, open);
