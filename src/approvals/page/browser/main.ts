import { startAuthentication, startRegistration } from '@simplewebauthn/browser';

// All that the page does in a browser beyond HTML. Without it people still sign in and decide with a passphrase.

const POLL_MS = 3_000;

const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];

/** A form that a passkey signs: its button holds the request for the browser. */
document.addEventListener('submit', (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) return;
  const { request, creation } = button.dataset;
  if (request === undefined && creation === undefined) return;
  event.preventDefault();
  void sign(form, button, request, creation);
});

async function sign(form: HTMLFormElement, button: HTMLButtonElement, request?: string, creation?: string): Promise<void> {
  const answer = form.elements.namedItem('passkey');
  if (!(answer instanceof HTMLInputElement)) return;
  button.disabled = true;
  try {
    const signed =
      creation === undefined
        ? await startAuthentication({ optionsJSON: JSON.parse(request ?? '{}') })
        : await startRegistration({ optionsJSON: JSON.parse(creation) });
    answer.value = JSON.stringify(signed);
    form.submit();
  } catch {
    tell(form, 'The passkey was not used. Try again, or use the passphrase.');
    button.disabled = false;
  }
}

function tell(form: HTMLFormElement, message: string): void {
  const output = form.querySelector('[role=alert]');
  if (output !== null) output.textContent = message;
}

/** The secret of an invitation comes after the `#`, which browsers do not send, and is removed from the address bar at once. */
function takeInvitation(): void {
  const input = document.querySelector<HTMLInputElement>('input[data-invitation]');
  const secret = location.hash.slice(1);
  if (input === null || secret === '') return;
  history.replaceState(null, '', location.pathname);
  input.value = secret;
}

const SECRET = 'approvals-browser';

/**
 * What only this page knows in this browser. Servers on one machine differ only by their port: storage keeps them apart,
 * cookies do not.
 */
function ownSecret(): string {
  try {
    const known = localStorage.getItem(SECRET);
    if (known !== null) return known;
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const made = btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
    localStorage.setItem(SECRET, made);
    return made;
  } catch {
    // A browser without storage: the person authenticates with every decision.
    return '';
  }
}

/** Shows what needs a script, writes times in local time, and makes lists searchable. */
function enliven(): void {
  for (const element of all('[data-script]')) element.hidden = false;
  for (const input of all('input[data-browser]') as HTMLInputElement[]) input.value = ownSecret();
  for (const input of all('input[data-filter]')) {
    input.addEventListener('input', () => filter(input as HTMLInputElement));
  }
  for (const time of all('time[datetime]') as HTMLTimeElement[]) {
    if (time.dataset.until === undefined)
      time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  }
  tick();
}

function filter(input: HTMLInputElement): void {
  const list = document.getElementById(input.dataset.filter ?? '');
  const wanted = input.value.toLocaleLowerCase();
  let shown = 0;
  for (const item of [...(list?.children ?? [])] as HTMLElement[]) {
    item.hidden = !(item.textContent ?? '').toLocaleLowerCase().includes(wanted);
    if (!item.hidden) shown++;
  }
  const output = document.getElementById(`${input.dataset.filter}-count`);
  if (output !== null) output.textContent = `${shown} of ${list?.children.length ?? 0} shown`;
}

function tick(): void {
  for (const time of all('time[data-until]') as HTMLTimeElement[]) {
    const seconds = Math.round((Date.parse(time.dateTime) - Date.now()) / 1000);
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const left = minutes > 0 ? `${minutes} min ${Math.abs(seconds) % 60} s` : `${Math.abs(seconds)} s`;
    const after = time.dataset.until ?? '';
    if (seconds > 0) time.textContent = left + after;
    else time.textContent = after === '' ? '0 s' : 'expired';
  }
}

/** Checks for changes and shows them in place. Without a change, nothing that is being typed is touched. */
async function poll(): Promise<void> {
  const main = document.querySelector<HTMLElement>('main[data-version]');
  if (main === null || document.hidden) return;
  const response = await fetch(location.href, { credentials: 'same-origin', cache: 'no-store' });
  if (response.redirected) location.reload();
  if (!response.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), 'text/html');
  const found = next.querySelector<HTMLElement>('main[data-version]');
  if (found === null || found.dataset.version === main.dataset.version) return;
  main.replaceWith(document.adoptNode(found));
  document.title = next.title;
  enliven();
  const live = document.getElementById('live');
  if (live !== null) live.textContent = found.dataset.says ?? '';
}

takeInvitation();
enliven();
setInterval(tick, 1_000);
setInterval(() => void poll().catch(() => {}), POLL_MS);
