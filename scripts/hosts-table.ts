import { catalog } from '../src/app/load-catalog.js';
import { among } from '../src/catalog/exposure.js';
import { PROFILES, type ProfileName } from '../src/catalog/profiles.js';
import { HOST_LIMITS, type HostLimits, offencesOf, RULES } from './host-limits.js';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const number = (most: number): string => (Number.isFinite(most) ? most.toLocaleString('en') : 'no limit told');
const pattern = ({ source }: RegExp): string => `\`${source.replaceAll('|', '\\|')}\``;

const LIMITS: readonly (readonly [string, (limits: HostLimits) => string])[] = [
  ['name of a tool', ({ toolName }) => pattern(toolName)],
  ['name of an input', ({ inputName }) => pattern(inputName)],
  ['nesting', ({ deepest }) => number(deepest)],
  ['properties of a tool', ({ mostProperties }) => number(mostProperties)],
  ['values to choose from', ({ mostEnumValues }) => number(mostEnumValues)],
  ['characters of a description', ({ longestDescription }) => number(longestDescription)],
  ['tools in a request', ({ mostTools }) => number(mostTools)],
];

/** How many tools each choice offers. */
function choices(): string[] {
  const all = Object.keys(PROFILES) as ProfileName[];
  const counted = [
    ['no choice', among(catalog, {}).length] as const,
    ...all.map((profile) => [`\`--profile ${profile}\``, among(catalog, { profile }).length] as const),
  ];
  const fits = (count: number): string =>
    HOST_LIMITS.filter(({ mostTools }) => count <= mostTools)
      .map(({ host }) => host)
      .join(', ');
  return [
    row(['choice', 'tools', 'fits']),
    row(['---', '---', '---']),
    ...counted.map(([choice, count]) => row([choice, String(count), fits(count)])),
  ];
}

function tables(): string {
  const hosts = HOST_LIMITS.map(({ host }) => host);
  const offences = catalog.operations.flatMap(({ tool }) => offencesOf(tool));
  return [
    row(['limit', ...hosts]),
    row(['---', ...hosts.map(() => '---')]),
    ...LIMITS.map(([name, tell]) => row([name, ...HOST_LIMITS.map(tell)])),
    '',
    `Held for each of ${catalog.operations.length} tools: ${RULES.join('; ')}. Offences: ${offences.length}.`,
    '',
    ...choices(),
    '',
    row(['host', 'schemas as they are', 'source']),
    row(['---', '---', '---']),
    ...HOST_LIMITS.map(({ host, withoutStrict, sources }) =>
      row([host, withoutStrict, sources.map((source) => `<${source}>`).join('<br>')]),
    ),
  ].join('\n');
}

/** The page with its tables as limits and catalog have them now. */
export function renderHosts(page: string): string {
  const place = /(<!-- hosts:begin -->\n)[\s\S]*?(<!-- hosts:end -->)/;
  if (!place.test(page)) throw new Error('docs/hosts.md has no place for the tables');
  return page.replace(place, (_, begin: string, end: string) => `${begin}${tables()}\n${end}`);
}
