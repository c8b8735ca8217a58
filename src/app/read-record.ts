import { type HistoryFilters, type HistoryPage, readHistory } from '../policy/audit/history.js';
import { recordFiles } from '../policy/audit/record-files.js';

/** A page of the audit log, with those that other processes of this machine keep beside it. */
export const readRecord = async (setting: string, filters: HistoryFilters, cursor: string | undefined): Promise<HistoryPage> =>
  readHistory(await recordFiles(setting), filters, { cursor });
