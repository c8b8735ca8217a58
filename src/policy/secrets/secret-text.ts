import { isSecretName } from '../../catalog/secret-names.js';
import { scrub } from '../../platform/scrub.js';

/** A parameter of an address with a value. */
const PARAMETER = /[?&#;]([\w.[\]-]{1,64})=[^&#\s]/g;
/** A piece of text between the delimiters of an address or of JSON. */
const PIECE = /[^?&#;\s"\\]+/g;
/** Names of secret parameters, besides those of secret inputs. */
const SECRET_PARAMETERS = new Set(['key', 'code', 'sig', 'signature']);
/** A user with a password before the host of an address. */
const SIGNED_IN = /:\/\/[^\s/?#@:]*:[^\s/?#@]+@/;
const TOKEN_RUN = /[\w.-]+/g;
const TOKEN_HEAD = /\beyJ[\w-]{8}/;
const LEAST_TOKEN_BODY = 8;

const HIDDEN = '[secret]';

/** Whether a text is a secret, or holds one: a key, a token, or an address with either in it. */
export const isSecretText = (text: string): boolean =>
  scrub(text) !== text || hasToken(text) || (text.includes('://') && (SIGNED_IN.test(text) || hasSecretParameter(text)));

/** The text, which may be JSON, without tokens and without the values of secret parameters in addresses. */
export const withoutSecretTexts = (text: string): string =>
  scrub(text)
    .replace(TOKEN_RUN, (run) => (hasToken(run) ? HIDDEN : run))
    .replace(PIECE, (piece, at: number, whole: string) => {
      const name = piece.slice(0, Math.max(0, piece.indexOf('=')));
      const isParameter = name !== '' && at > 0 && '?&#;'.includes(whole.charAt(at - 1));
      return isParameter && isSecretParameter(name) ? `${name}=${HIDDEN}` : piece;
    });

function hasSecretParameter(text: string): boolean {
  for (const [, name = ''] of text.matchAll(PARAMETER)) if (isSecretParameter(name)) return true;
  return false;
}

/** In `user[password]` each part is a name. */
const isSecretParameter = (name: string): boolean =>
  name.split(/[[\].]/).some((part) => SECRET_PARAMETERS.has(part.toLowerCase()) || isSecretName(part));

/** Whether the text holds a JSON Web Token. Looks at every run of its letters once; a single pattern would start over at each. */
function hasToken(text: string): boolean {
  if (!text.includes('eyJ')) return false;
  for (const [run] of text.matchAll(TOKEN_RUN)) {
    const parts = run.split('.');
    for (const [index, head] of parts.entries()) {
      const isFollowed = index + 2 < parts.length && (parts[index + 1]?.length ?? 0) >= LEAST_TOKEN_BODY;
      if (isFollowed && TOKEN_HEAD.test(head)) return true;
    }
  }
  return false;
}
