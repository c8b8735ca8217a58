import { defineSetting } from '../table.js';

const DAY_SECONDS = 24 * 60 * 60;

/** What Clerk's dashboard decides about users and sessions and no operation of the API writes; a seed may choose it. */
export const authentication = defineSetting('authentication', () => ({
  environment_type: 'development' as 'development' | 'production',
  password_required: true,
  password_min_length: 8,
  password_max_length: 72,
  password_require_lowercase: false,
  password_require_uppercase: false,
  password_require_number: false,
  password_require_special_char: false,
  username_min_length: 4,
  username_max_length: 64,
  session_lifetime_in_seconds: 7 * DAY_SECONDS,
  session_inactivity_in_seconds: 30 * DAY_SECONDS,
  session_token_version: 2 as 1 | 2,
}));
