import { html } from '../../pages/html.js';
import type { App } from '../app.js';
import { type Content, code, form, table } from './layout.js';

const KINDS = {
  rate_limit: 'Too many requests (429)',
  error: 'An error, nothing done (503)',
  slow: 'A late answer (5 s)',
  cut: 'An answer that breaks off',
  reset: 'A connection that is reset',
} as const;

/** What each kind is set with beside its operations and its number. */
const DETAILS: Readonly<Record<keyof typeof KINDS, object>> = {
  rate_limit: { retry_after: 1 },
  error: {},
  slow: { delay_ms: 5000 },
  cut: {},
  reset: {},
};

const isKind = (text: string): text is keyof typeof KINDS => text in KINDS;

/** The fault that a form asks for, in the form of `POST /_sandbox/faults`. */
export function faultOf(sent: URLSearchParams): object {
  const kind = sent.get('fault') ?? '';
  const times = Number.parseInt(sent.get('times') ?? '', 10);
  return {
    fault: kind,
    operations: (sent.get('operations') ?? '').trim() || '*',
    ...(Number.isNaN(times) ? {} : { times }),
    ...(isKind(kind) ? DETAILS[kind] : {}),
  };
}

/** @param flaw What was wrong with the fault that was to be set. */
export function faultsView(app: App, flaw?: string): Content {
  const rows = app.faults.shown.map(({ fault, operations, times, met }) => [
    KINDS[fault],
    code(operations.join(', ')),
    times === undefined ? 'no end' : String(times),
    String(met),
  ]);
  const body = html`<h1>Faults</h1>
${flaw !== undefined && html`<div class="note bad" role="alert">${flaw}</div>`}
<h2>Set</h2>${table('Faults that are set', ['Fault', 'Operations', 'Times', 'Met'], rows)}
${rows.length > 0 && form('/faults/lift', html`<div class="actions"><button class="no">Lift all</button></div>`)}
<h2>Set another</h2><div class="card">${form(
    '/faults',
    html`<label for="fault">What goes wrong</label><select id="fault" name="fault">${Object.entries(KINDS).map(([key, name]) => html`<option value="${key}">${name}</option>`)}</select>
<label for="operations">For which operations</label><input id="operations" name="operations" type="text" autocomplete="off" aria-describedby="patterns">
<p id="patterns" class="soft small">A name, a group such as Users, or a pattern such as *_delete*. Empty for all.</p>
<label for="times">How often</label><input id="times" name="times" type="text" inputmode="numeric" pattern="[0-9]*" autocomplete="off" aria-describedby="often">
<p id="often" class="soft small">Empty for no end.</p>
<div class="actions"><button class="main">Set the fault</button></div>`,
  )}</div>`;
  return { title: 'Faults', current: 'faults', body };
}
