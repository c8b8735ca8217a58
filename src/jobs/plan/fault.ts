import type { CallOutcome } from '../../call/call-types.js';
import type { ErrorCode } from '../../catalog/error-codes.js';

/** Why a plan cannot be made or carried out, for the caller to read. Nothing was changed. */
export class PlanFault extends Error {
  override readonly name = 'PlanFault';
  readonly model: Readonly<Record<string, unknown>>;
  /** Whether the policy or the caller's rights forbid it, rather than the input being wrong. */
  readonly refused: boolean;

  constructor(code: ErrorCode, message: string, more: Readonly<Record<string, unknown>> = {}, refused = false) {
    super(message);
    this.model = { error: code, ...more, message: `${/[.?]$/.test(message) ? message : `${message}.`} Nothing was changed.` };
    this.refused = refused;
  }

  get outcome(): CallOutcome {
    return { kind: this.refused ? 'refused' : 'failed', text: JSON.stringify(this.model) };
  }
}
