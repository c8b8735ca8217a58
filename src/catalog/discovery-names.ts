/** The four tools that stand in for all others. No operation may have one of these names, even where they are not listed. */
export const DISCOVERY_NAMES = ['search_operations', 'describe_operation', 'call_read_operation', 'call_operation'] as const;
