import { catalog } from '../app.js';
import { loadValues } from '../config.js';
import { expose } from '../policy/exposure.js';
import { type Flags, print } from './command.js';

/** Prints what is offered: a line per tool, or JSON with `--json`. Needs no key. */
export async function tools(flags: Flags): Promise<void> {
  const rows = [...expose(catalog, loadValues(flags)).values()].map((operation) => ({
    name: operation.name,
    risk: operation.risk,
    gated: operation.gated,
    request: operation.spec.request,
    title: operation.spec.title,
    ...(operation.spec.deprecated === undefined ? {} : { deprecated: operation.spec.deprecated }),
  }));
  if (flags.json === true) return print(`${JSON.stringify(rows, null, 2)}\n`);
  const name = Math.max(...rows.map((row) => row.name.length));
  const risk = Math.max(...rows.map((row) => row.risk.length));
  for (const row of rows) {
    print(`${row.name.padEnd(name)}  ${row.risk.padEnd(risk)}  ${row.gated ? 'gated' : '     '}  ${row.request}\n`);
  }
  print(`${rows.length} tools\n`);
}
