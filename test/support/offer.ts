import { jobs } from '../../src/app/operations.js';
import { operations } from '../../tools/index.js';

/** What is offered to those who choose nothing. */
export const offeredByDefault = [...operations.filter((operation) => !operation.superseded), ...jobs];

/** The choice of every operation, replaced ones too. */
export const EVERY_TOOL = ['--profile', 'everything'] as const;
