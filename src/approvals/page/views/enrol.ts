import { type Html, html } from '../../../pages/html.js';
import { alert, type Frame, form, layout } from './layout.js';

/** The page behind a one-time link: whose it is shows only once its secret is sent. */
export function invitationView(frame: Frame, error?: string): Html {
  const body = html`<div class="narrow card">
<h1>Enrol a passkey</h1>
<p>You will be able to approve calls with this device, or with a security key that is plugged into it.</p>
${alert(error)}
<noscript><p class="note">A passkey needs JavaScript. Without it, enrol with a passphrase at a terminal.</p></noscript>
<div data-script hidden>${form(frame, '/enrol', html`<input type="hidden" name="secret" data-invitation value=""><div class="actions"><button class="main">Go on</button></div>`)}</div>
</div>`;
  return layout(frame, { title: 'Enrol a passkey', body });
}

/** @param creation the request to the browser, as JSON */
export function creationView(frame: Frame, name: string, secret: string, creation: string): Html {
  const body = html`<div class="narrow card">
<h1>A passkey for ${name}</h1>
<p>Your browser will ask where to keep it, and for your fingerprint, face or PIN. The server gets a public key and nothing else.</p>
${form(
  frame,
  '/enrol',
  html`<input type="hidden" name="secret" value="${secret}"><input type="hidden" name="passkey" value="">${alert(undefined)}
<div class="actions"><button class="main" data-creation="${creation}">Create the passkey</button></div>`,
)}
</div>`;
  return layout(frame, { title: 'Enrol a passkey', body });
}

export function enrolledView(frame: Frame, name: string): Html {
  const body = html`<div class="narrow card">
<h1>${name} is enrolled</h1>
<p class="note good">From now on ${name} can sign in and approve with this passkey. The link that led here does not work again.</p>
<p>You can close this page. When a call waits for you, its link leads to the page where you approve it.</p>
</div>`;
  return layout(frame, { title: 'Enrolled', body });
}

/** A page for something that does not exist or cannot be done. */
export function messageView(frame: Frame, title: string, message: string): Html {
  const body = html`<div class="narrow card"><h1>${title}</h1><p>${message}</p><p><a href="${frame.base}">To the waiting calls</a></p></div>`;
  return layout(frame, { title, body });
}
