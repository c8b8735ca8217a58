import type { Operation } from '../../catalog/operation.js';
import { plain, quoted } from '../../platform/plain-text.js';
import { reviewText } from '../preview/dialog.js';
import type { ApprovalSeen, Word } from './approvals.js';
import { FINAL, NOTHING_SENT, type Refusal, refusal } from './refusals.js';

/** Why an approval cannot be used. */
export type ApprovalFault =
  | 'unknown'
  | 'other_instance'
  | 'other_caller'
  | 'other_operation'
  | 'other_arguments'
  | 'expired'
  | 'used'
  | 'forgotten'
  | 'replaced';

const FAULTS: Readonly<Record<ApprovalFault, string>> = {
  unknown: 'No approval with this id is known here: it was not made here, or is from before a restart.',
  other_instance: 'The approval is for another instance.',
  other_caller: 'The approval is for another caller.',
  other_operation: 'The approval is for another operation.',
  other_arguments: 'The approval is for other arguments.',
  expired: 'The approval was not given and used in time.',
  used: 'The approval has been used.',
  forgotten: 'The store of approvals was restarted or replaced after it was given, so nobody can tell whether it was used.',
  replaced: 'What the person was shown is out of date, and they are asked again.',
};

export function badApproval(operation: Operation, fault: ApprovalFault): Refusal {
  const how = 'To have this call approved, make it without confirm.';
  return refusal('confirmation_invalid', operation, `${NOTHING_SENT} ${FAULTS[fault]} ${how}`, { reason: fault });
}

/** Not decided yet. The call can still be approved. */
export function approvalPending(
  operation: Operation,
  approval: ApprovalSeen,
  { link, isOpened = true }: { readonly link: string | undefined; readonly isOpened?: boolean },
): Refusal {
  const { id, review, expiresAt, words } = approval;
  const where = link === undefined ? 'clerk-mcp approvals' : `${link} (or clerk-mcp approvals in a terminal)`;
  const half = words.length === 0 ? '' : ' One person has approved; another is needed.';
  const unopened = isOpened ? '' : ' The link was not opened at the client, which is not a no to the call.';
  const how = `A person must approve this call at ${where}.${half} Tell them so, with the id, and give no other link. Then make the same call with this id in confirm: it waits for their decision, and is carried out once they approve. You cannot approve it yourself.`;
  return refusal('approval_pending', operation, `${NOTHING_SENT}${unopened} ${how}`, {
    approval: id,
    link,
    expires: new Date(expiresAt).toISOString(),
    effect: reviewText(review),
    instance: review.instance.text,
  });
}

export function approvalDeclined(operation: Operation, { approver, reason }: Word): Refusal {
  const why = reason === undefined ? '' : ` Their reason: ${quoted(plain(reason, 300))}.`;
  return refusal('confirmation_declined', operation, `${NOTHING_SENT} ${plain(approver)} declined.${why} ${FINAL}`, {
    reason: 'declined',
    declined_by: plain(approver),
  });
}

export const tooManyPending = (operation: Operation): Refusal =>
  refusal(
    'too_many_pending',
    operation,
    `${NOTHING_SENT} Too many calls of this caller are waiting for a person. Wait until some of them are decided; the operator has been told.`,
  );

/** An approval can hold only so much. */
export const tooMuchToApprove = (operation: Operation): Refusal =>
  refusal(
    'too_much_to_show',
    operation,
    `${NOTHING_SENT} A person must see all of this call, and it is too long to be shown. Split it into smaller calls.`,
  );

/** No person can be asked. */
export const nobodyEnrolled = (operation: Operation, command: string): Refusal =>
  refusal(
    'person_required',
    operation,
    `${NOTHING_SENT} A person must approve this call, and no enrolled approver could do so. Tell the person to run this in a terminal, themselves, and then call again: ${command}`,
    { enrol: command },
  );
