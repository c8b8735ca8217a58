/** The revision in which every request stands for itself. */
export const MODERN_REVISION = '2026-07-28';
