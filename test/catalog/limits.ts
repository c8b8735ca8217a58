import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { ToolDefinition } from '../../src/catalog/operation-types.js';

/** What the catalog may hold and cost. The only place to change when operations are added. */
export const LIMITS = {
  operations: 260,
  /** o200k_base tokens of all tools together, see {@link tokensOf}. */
  tokens: 32_000,
} as const;

/** The tokens (o200k_base) of what a host puts before the model for one tool. */
export const tokensOf = ({ name, description, inputSchema }: ToolDefinition): number =>
  encode(JSON.stringify({ name, description, inputSchema })).length;
