import type { ErrorCode } from '../../catalog/error-codes.js';
import type { Operation } from '../../catalog/operation.js';
import { plain } from '../../platform/plain-text.js';
import { reviewText } from '../preview/dialog.js';
import type { Review } from '../preview/review.js';
import type { BudgetLimit } from '../rules/budgets.js';
import type { Slip, TooLarge } from './asking.js';
import { MOST_SLIPS, type Unseen } from './client-form.js';
import type { PassFault } from './passes.js';
import type { SealFault } from './sealer.js';

/** One refusal: `model` is what the model reads. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly model: Readonly<Record<string, unknown>>;
}

export const refusal = (code: ErrorCode, operation: Operation, message: string, more: Record<string, unknown> = {}): Refusal => ({
  code,
  model: { error: code, operation: operation.name, ...more, message },
});

export const NOTHING_SENT = 'Nothing was sent.';
export const FINAL = 'This is final: do not call it again, in this or another form, unless the person asks for it anew.';

const told = (review: Review): Record<string, unknown> => ({ effect: reviewText(review), instance: review.instance.text });

/** `given` is what `confirm` held instead of `true`. */
export function flagWanted(operation: Operation, review: Review, given: unknown): Refusal {
  const odd =
    given === undefined || given === false ? '' : ` confirm must be exactly true, a boolean; it was ${typeName(given)}.`;
  const how = 'Tell the person what will happen; only when they agree, call again with the same arguments and confirm: true.';
  return refusal('confirmation_required', operation, `${NOTHING_SENT}${odd} ${how}`, told(review));
}

export function tokenWanted(
  operation: Operation,
  review: Review,
  token: string,
  minutes: number,
  unseen?: UnseenAnswer,
): Refusal {
  const how = `Tell the person what will happen; only when they agree, call again within ${minutes} minutes with exactly the same arguments and this token in confirm. It works once.`;
  const message = [NOTHING_SENT, ...(unseen === undefined ? [] : [unseenIs(unseen)]), how].join(' ');
  return refusal('confirmation_required', operation, message, { ...unseenFields(unseen), ...told(review), token });
}

/** An answer that does not count as a person's, and how long it took. */
export interface UnseenAnswer {
  readonly fault: Unseen;
  readonly afterMs: number;
}

const UNSEEN: Readonly<Record<Unseen, string>> = {
  not_shown: 'The client did not show the question',
  not_answered: 'The question came back without an answer',
  not_seen: 'The client closed the question faster than a person can read it',
};

const unseenIs = ({ fault, afterMs }: UnseenAnswer): string =>
  `${UNSEEN[fault]} (after ${afterMs} ms), so no person is known to have decided.`;

const unseenFields = (unseen: UnseenAnswer | undefined): Record<string, unknown> =>
  unseen === undefined ? {} : { reason: unseen.fault, after_ms: unseen.afterMs };

/** No way of asking is left. No person has said no. */
export function personNotAsked(operation: Operation, unseen: UnseenAnswer): Refusal {
  const how =
    'Do not report it as declined. Tell the person what was to be done: they can have it done through a client that shows questions, or approve it on the page of approvals, or set --confirm token.';
  return refusal('person_not_asked', operation, `${NOTHING_SENT} ${unseenIs(unseen)} ${how}`, unseenFields(unseen));
}

/** People cannot agree to what they cannot see whole. */
export const tooMuchToShow = (operation: Operation, { advice }: TooLarge): Refusal =>
  refusal(
    'too_much_to_show',
    operation,
    `${NOTHING_SENT} A person must see all of this call, and it is too long to be shown. ${advice}`,
  );

const SLIPS: Readonly<Record<Slip, string>> = {
  wrong_word: 'did not type what was asked for',
  not_accepted: 'sent the form without ticking the box',
};

/** The person has made as many slips as they may. */
export const tooManySlips = (operation: Operation, slip: Slip): Refusal =>
  refusal(
    'confirmation_failed',
    operation,
    `${NOTHING_SENT} The person ${SLIPS[slip]}, ${MOST_SLIPS + 1} times. That is not a no: ask them whether to call again.`,
    { reason: slip },
  );

const FORGOTTEN =
  'The store that remembers the used ones was restarted or replaced since, so nobody can tell whether this one was used.';

const TOKEN_FAULTS: Readonly<Record<SealFault | 'used' | 'forgotten', string>> = {
  malformed: 'confirm does not hold a token of this server.',
  not_ours: 'The token was not issued here, or was changed, or is from before a restart.',
  other_instance: 'The token was issued for another instance.',
  other_caller: 'The token was issued to another caller.',
  other_operation: 'The token was issued for another operation.',
  other_arguments: 'The token was issued for other arguments.',
  expired: 'The token has expired.',
  used: 'The token has been used.',
  forgotten: FORGOTTEN,
};

export function badToken(operation: Operation, fault: SealFault | 'used' | 'forgotten'): Refusal {
  const how =
    'To confirm this call, make it without confirm, show the person what comes back, and use the new token when they agree.';
  return refusal('confirmation_invalid', operation, `${NOTHING_SENT} ${TOKEN_FAULTS[fault]} ${how}`, { reason: fault });
}

/** Why an answer does not count, or says no. */
export type AnswerFault = SealFault | 'used' | 'forgotten' | 'declined' | 'cancelled';

const ANSWER_FAULTS: Readonly<Record<AnswerFault, string>> = {
  malformed: 'The answer does not belong to a question of this server.',
  not_ours: 'The answer does not belong to a question of this server, or was changed, or is from before a restart.',
  other_instance: 'The answer was given for another instance.',
  other_caller: 'The answer was given by another caller.',
  other_operation: 'The answer was given for another operation.',
  other_arguments: 'The answer was given for other arguments.',
  expired: 'The answer came too late.',
  used: 'The answer has been used.',
  forgotten: FORGOTTEN,
  declined: 'The person declined.',
  cancelled: 'The person closed the question without an answer.',
};

export function badAnswer(operation: Operation, fault: AnswerFault): Refusal {
  const code = fault === 'declined' || fault === 'cancelled' ? 'confirmation_declined' : 'confirmation_invalid';
  const next = fault === 'forgotten' ? 'Make the call again: the person is asked anew.' : FINAL;
  return refusal(code, operation, `${NOTHING_SENT} ${ANSWER_FAULTS[fault]} ${next}`, { reason: fault });
}

export const cannotAsk = (operation: Operation): Refusal =>
  refusal(
    'person_required',
    operation,
    `${NOTHING_SENT} A person must confirm this call through their client, and this client cannot ask them. ${FINAL}`,
  );

export const denied = (operation: Operation, reason: string, rule: string): Refusal =>
  refusal('denied_by_policy', operation, `${NOTHING_SENT} ${reason} ${FINAL}`, { rule });

export const feedsOwnClaims = (operation: Operation): Refusal =>
  refusal(
    'own_claims',
    operation,
    `${NOTHING_SENT} It changes, or may change, what this server's own callers may do: the data that their scopes come from, or by which its grants know them. Only a person other than the caller may approve that. ` +
      `This server has no page where they could (--ask): ask the operator to do it in Clerk's dashboard. ${FINAL}`,
  );

/** Of a read that would show a secret. */
export const readOnly = (operation: Operation): Refusal =>
  refusal(
    'read_only',
    operation,
    `${NOTHING_SENT} This server only reads (--read-only) and shows no secret: leave it out of fields.`,
  );

export const insufficientScope = (operation: Operation, scope: string): Refusal =>
  refusal('insufficient_scope', operation, `${NOTHING_SENT} This call needs the scope ${scope}, which the caller lacks.`, {
    scope,
  });

export const toolNotGranted = (operation: Operation): Refusal =>
  refusal(
    'tool_not_granted',
    operation,
    `${NOTHING_SENT} The caller may not use this tool here. The operator of this server can name it in the caller's entry of the grants file.`,
  );

export const targetNotFound = (operation: Operation, target: string | undefined): Refusal =>
  refusal(
    'target_not_found',
    operation,
    `${NOTHING_SENT} ${target ?? 'The target'} does not exist. Find the right id with a read first.`,
  );

export const tooManyItems = (operation: Operation, items: number, most: number, rule: string): Refusal =>
  refusal('too_many_items', operation, `${NOTHING_SENT} ${items} items in one call; the policy allows ${most}.`, { rule });

export function overBudget(
  operation: Operation,
  { name, size, raisedBy }: BudgetLimit,
  retryAfterMs: number | undefined,
): Refusal {
  const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
  const when =
    seconds === undefined ? 'This call alone is more than the budget: make it smaller.' : `There is room again in ${seconds} s.`;
  const raise = raisedBy === undefined ? 'It is built in.' : `The operator can raise it: ${raisedBy}.`;
  const more = seconds === undefined ? { budget: name } : { budget: name, retry_after_seconds: seconds };
  const message = `${NOTHING_SENT} The budget ${plain(name)} is used up: ${size}. ${when} ${raise}`;
  return refusal('budget_exceeded', operation, message, more);
}

const PASS_FAULTS: Readonly<Record<PassFault, string>> = {
  unknown: 'It is not a call of a plan confirmed here.',
  other_caller: 'The plan was confirmed for another caller.',
  other_call: 'It is not the call that was shown in the plan.',
  used: 'It has been made already.',
  stronger: 'It now needs a stronger confirmation than the plan had.',
};

export const notInList = (operation: Operation, fault: PassFault): Refusal =>
  refusal('not_in_plan', operation, `${NOTHING_SENT} ${PASS_FAULTS[fault]} Make a new plan.`, { reason: fault });

export const storeAway = (operation: Operation): Refusal =>
  refusal(
    'policy_unavailable',
    operation,
    `${NOTHING_SENT} The store that counts calls and confirmations cannot be reached. Reads still work.`,
  );

export const logAway = (operation: Operation): Refusal =>
  refusal(
    'audit_unavailable',
    operation,
    `${NOTHING_SENT} The audit log cannot be written, so no call that changes anything is let through. Reads still work.`,
  );

export const logAwayForReads = (operation: Operation): Refusal =>
  refusal(
    'audit_unavailable',
    operation,
    `${NOTHING_SENT} The audit log cannot be written, and on this server reads are recorded, so nothing is let through.`,
  );

export const secretsAway = (operation: Operation): Refusal =>
  refusal(
    'secrets_unavailable',
    operation,
    `${NOTHING_SENT} The answer would hold a secret, and no file can be made to keep it.`,
  );

export const secretLost = (operation: Operation): Refusal =>
  refusal(
    'secret_not_stored',
    operation,
    'Clerk has carried this out, but the secret could not be written to its file and is not shown. Revoke or rotate it, and tell the person.',
  );

export const argumentsTooDeep = (operation: Operation, message: string): Refusal =>
  refusal('invalid_arguments', operation, `${NOTHING_SENT} ${plain(message)}.`);

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
