import type { Approvers } from '../approvers.js';
import { acceptInvitation, invited } from '../invitation.js';
import { shown } from './answers.js';
import type { Asked } from './asked.js';
import type { PageKey } from './page-key.js';
import { claimedChallenge, type Passkeys } from './passkeys.js';
import { creationView, enrolledView, invitationView } from './views/enrol.js';

export interface EnrolRoadOptions {
  readonly key: PageKey;
  readonly passkeys: Passkeys;
  readonly approvers: Approvers;
  /** Told when a passkey has been enrolled. */
  readonly onEnrolled?: ((name: string) => void) | undefined;
}

/** Enrols the passkeys of people who were invited. */
export class EnrolRoad {
  readonly #options: EnrolRoadOptions;

  constructor(options: EnrolRoadOptions) {
    this.#options = options;
  }

  show({ frame, visit }: Asked): Response {
    return shown(visit, 200, invitationView(frame));
  }

  async enrol({ frame, visit }: Asked, form: URLSearchParams): Promise<Response> {
    const { approvers, key, passkeys } = this.#options;
    const secret = form.get('secret') ?? '';
    const answer = form.get('passkey');
    const approver = await invited(approvers, secret, frame.now);
    if (approver === undefined) {
      const error = 'This link was used, or has expired. Make a new one: clerk-mcp approver add NAME --passkey';
      return shown(visit, 403, invitationView(frame, error));
    }
    const purpose = `enrol ${approver.name}`;
    if (!answer) {
      const creation = await passkeys.creation(approver, await key.challenge(visit.token, purpose), frame.host);
      return shown(visit, 200, creationView(frame, approver.name, secret, JSON.stringify(creation)));
    }
    const challenge = claimedChallenge(answer);
    const isOurs = await key.isChallenge(visit.token, purpose, challenge);
    const passkey = isOurs ? await passkeys.created(answer, challenge, frame.host, frame.now) : undefined;
    if (passkey === undefined)
      return shown(visit, 400, invitationView(frame, 'The passkey could not be checked. Open the link again.'));
    const accepted = await acceptInvitation(approvers, approver, secret, frame.now, (known) => ({
      ...known,
      passkeys: [...(known.passkeys ?? []), passkey],
    }));
    if (!accepted) return shown(visit, 403, invitationView(frame, 'This link was used meanwhile.'));
    this.#options.onEnrolled?.(approver.name);
    return shown(visit, 200, enrolledView(frame, approver.name));
  }
}
