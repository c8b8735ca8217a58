import type { Html } from '../../../pages/html.js';
import { html } from '../../../pages/html.js';
import { canUsePasskeys, requestOptions } from '../passkeys.js';
import { alert, browserField, type Frame, form, layout } from './layout.js';

export interface SignInView {
  /** The challenge for a passkey. */
  readonly challenge: string;
  /** The approval to show afterwards. */
  readonly next: string;
  /** The host of the issuer whose sign-in is also offered: `clerk.example.com`. */
  readonly issuer?: string | undefined;
  readonly name?: string | undefined;
  readonly error?: string | undefined;
}

export function signInView(frame: Frame, { challenge, next, issuer, name, error }: SignInView): Html {
  const hidden = html`<input type="hidden" name="next" value="${next}"><input type="hidden" name="passkey" value="">${browserField}`;
  const request = JSON.stringify(requestOptions(challenge, frame.host, []));
  const body = html`<div class="narrow card">
<h1>Sign in to approve</h1>
<p class="soft">Nothing is shown, and nothing is approved, before you have signed in.</p>
${alert(error)}
${
  issuer !== undefined &&
  html`<div class="actions"><a class="button main" href="${`${frame.base}/sign-in/issuer${next === '' ? '' : `?next=${next}`}`}">Sign in at ${issuer}</a></div>
<div class="or">or</div>`
}
${
  canUsePasskeys(frame.host) &&
  html`<div data-script hidden>${form(frame, '/sign-in', html`${hidden}${alert(undefined)}<div class="actions"><button class="main" data-request="${request}">Sign in with a passkey</button></div>`)}
<div class="or">or</div></div>`
}
${form(
  frame,
  '/sign-in',
  html`<input type="hidden" name="next" value="${next}">${browserField}
<label for="name">Name</label><input id="name" name="name" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="100" required value="${name ?? ''}">
<label for="passphrase">Passphrase</label><input id="passphrase" name="passphrase" type="password" autocomplete="current-password" maxlength="1024" required>
<div class="actions"><button>Sign in with the passphrase</button></div>`,
)}
<p class="soft small">Not enrolled? On the machine of the server: <code>clerk-mcp approver add NAME</code></p>
</div>`;
  return layout(frame, { title: 'Sign in', body });
}
