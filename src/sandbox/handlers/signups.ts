import { changes, gets } from '../domain/found.js';
import type { Handlers } from '../handler.js';
import { type SignUpRow, signUpStatus, signUps } from '../resources/sign-up.js';
import { refuse } from '../sandbox-error.js';

export const signupsHandlers: Handlers = {
  Signups_getById: gets(signUps, 'id'),

  Signups_updateSignUpById: changes(
    signUps,
    (row, { instance, body }) => {
      const status = signUpStatus(row, instance);
      if (status !== 'missing_requirements') {
        const why = `The sign-up ${row.id} is ${status}: it cannot be updated any more.`;
        throw refuse(403, 'sign_up_cannot_be_updated', 'Sign up cannot be updated', why);
      }
      const patch: Partial<SignUpRow> = {};
      if (body.external_id !== undefined) patch.external_id = body.external_id;
      if (typeof body.custom_action === 'boolean') patch.custom_action = body.custom_action;
      instance.update(signUps, row, patch);
    },
    { param: 'id' },
  ),
};
