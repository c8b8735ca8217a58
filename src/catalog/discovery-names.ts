/** The four tools that stand for all others. No operation may have their names, whichever of them are listed. */
export const DISCOVERY_NAMES = ['search_operations', 'describe_operation', 'call_read_operation', 'call_operation'] as const;
