import { createHash, randomBytes } from 'node:crypto';
import type { Approver } from './approver-file.js';
import type { Approvers } from './approvers.js';

/** Time enough to walk to the other room, in milliseconds. */
export const INVITATION_MS = 15 * 60_000;

/** A new one-time secret for enrolling a passkey, and what the file keeps of it. */
export function newInvitation(now: number): { secret: string; invitation: NonNullable<Approver['invitation']> } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, invitation: { sha256: hashOf(secret), expires: new Date(now + INVITATION_MS).toISOString() } };
}

/** The approver invited with the secret; `undefined` if it was used, has expired or never existed. @throws ApproverFileError */
export async function invited(approvers: Approvers, secret: string, now: number): Promise<Approver | undefined> {
  const sha256 = hashOf(secret);
  return (await approvers.all()).find((approver) => isInvited(approver, sha256, now));
}

/** Uses the invitation up. False if it was used meanwhile. @throws ApproverFileError */
export async function acceptInvitation(
  approvers: Approvers,
  { name }: Approver,
  secret: string,
  now: number,
  change: (approver: Omit<Approver, 'invitation'>) => Approver,
): Promise<boolean> {
  const sha256 = hashOf(secret);
  let accepted = false;
  await approvers.update(name, (approver) => {
    accepted = isInvited(approver, sha256, now);
    const { invitation: _, ...rest } = approver;
    return accepted ? change(rest) : approver;
  });
  return accepted;
}

const isInvited = ({ invitation }: Approver, sha256: string, now: number): boolean =>
  invitation !== undefined && invitation.sha256 === sha256 && Date.parse(invitation.expires) > now;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
