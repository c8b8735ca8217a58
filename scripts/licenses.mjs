// The licenses of the packages that are bundled into the program, which each demands that its text goes along.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENSE_FILE = /^(licen[cs]e|copying)(\.|-|$)/i;
const RULE = `\n${'-'.repeat(80)}\n\n`;

/** `node_modules/a/node_modules/@b/c` of a module's path; undefined for one of ours. */
const packageOf = (path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];

/**
 * The texts, one below another, by the packages' names.
 * @param inputs the modules that are in the program, by their paths from the root
 * @throws Error for a package that has no license, or none that can be found
 */
export function licensesOf(root, inputs) {
  const folders = [...new Set(inputs.map(packageOf))].filter((folder) => folder !== undefined);
  const entries = new Map(folders.map((folder) => licenseOf(join(root, folder))));
  const texts = [...entries].sort(([a], [b]) => a.localeCompare(b)).map(([heading, text]) => `${heading}\n\n${text}`);
  return `The program contains these packages, under their licenses.\n${RULE}${texts.join(RULE)}`;
}

function licenseOf(folder) {
  const { name, version, license, homepage, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} names no license, so that it cannot be bundled`);
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const from = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? '';
  // Some packages name a license and leave its text out.
  return [
    `${name} ${version} (${license})`,
    `${texts.join('\n\n') || `The package holds no text of its license. See ${from}`}\n`,
  ];
}
