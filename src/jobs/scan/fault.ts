import type { CallOutcome } from '../../call/call-types.js';
import type { CodedError } from '../../catalog/error-codes.js';

/** Why a scan cannot go on; the caller is told this instead of an answer. */
export class ScanFault extends Error {
  override readonly name = 'ScanFault';
  readonly outcome: CallOutcome;

  constructor(outcome: CallOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }

  static of(model: CodedError): ScanFault {
    return new ScanFault({ kind: 'failed', text: JSON.stringify(model) });
  }
}
