import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/jobs/configuration/compare.js';
import { ConfigurationFileError, parseConfiguration } from '../../../src/jobs/configuration/parse.js';
import { configurationText } from '../../../src/jobs/configuration/write.js';

/** What is told of a text, a line each. */
function told(text: string): string[] {
  try {
    parseConfiguration(text, 'f.yml');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationFileError)) throw error;
    return error.message.split('\n');
  }
}

const of = (rest: string): string => `clerk_configuration: 1\n${rest}`;

describe('a configuration', () => {
  it.each([
    ['', ['f.yml:1: it holds no configuration.']],
    ['- a\n', ['f.yml:1: it holds no configuration.']],
    ['a: [\n', [expect.stringContaining('f.yml:2: it is not YAML: ')]],
    [of('--- \nb: 1\n'), ['f.yml:2: it is not YAML: Source contains multiple documents.']],
    [`${of('redirect_urls: ')}${'['.repeat(900_000)}`, ['f.yml:2: it nests too deeply.']],
    ['x'.repeat(1_000_001), ['f.yml:1: it is longer than 1000000 characters.']],
    ['roles: {}\n', ['f.yml:1: clerk_configuration is missing: a configuration says clerk_configuration: 1.']],
    ['clerk_configuration: 2\n', ['f.yml:1: clerk_configuration must be 1, the only form there is.']],
    [of('role: {}\n'), ['f.yml:2: role is not a section. Did you mean roles?']],
    [
      of('restrictions: {allowlist: true}\n'),
      [
        "f.yml:2: restrictions is not part of a configuration: Clerk's API changes it, by InstanceSettings_updateRestrictions, but does not return it.",
      ],
    ],
    [of('roles:\n'), ['f.yml:2: roles is empty: expected an object, {} for none.']],
    [
      of('roles:\n  org:a:\n    name: A\n    permision: []\n    id: role_1\n'),
      [
        'f.yml:3: roles › org:a › permissions is missing: expected a list.',
        'f.yml:5: roles › org:a › permision is not a field. Did you mean permissions?',
        expect.stringContaining('f.yml:6: roles › org:a › id belongs to one instance, and is not part of a configuration.'),
      ],
    ],
    [
      of('roles:\n  org:a: {name: A, permissions: []}\n  org:a: {name: B, permissions: []}\n'),
      ['f.yml:4: roles › org:a is there twice; the first is in line 3.'],
    ],
    [of('redirect_urls: []\nredirect_urls: []\n'), ['f.yml:3: redirect_urls is there twice; the first is in line 2.']],
    [
      of('allowlist_identifiers:\n  - +15555550123\n  - a@b.co\n  - a@b.co\n'),
      [
        'f.yml:3: allowlist_identifiers › 1. is a number, expected a text: put it in quotes.',
        'f.yml:5: allowlist_identifiers › 3. is "a@b.co", which is in the list already.',
      ],
    ],
    [of('redirect_urls: &x []\n'), ['f.yml:2: it has an anchor (&name): write the value out where it is needed.']],
    [of('redirect_urls: *x\n'), ['f.yml:2: it has an alias (*name): write the value out.']],
    [of('roles: !x {}\n'), ['f.yml:2: it has a tag (!name), which no value here takes.']],
    [of(`redirect_urls: ${'&a '.repeat(300_000)}\n`), [expect.stringContaining('f.yml:2: it has an anchor')]],
    [of(`redirect_urls:\n${'- a\n'.repeat(200_000)}`), [expect.stringContaining('it holds more than any configuration.')]],
    [of(`redirect_urls:\n  ${'- '.repeat(300_000)}\n`), ['f.yml:3: it nests too deeply.']],
    [of('protect: {rules_enabled: "yes"}\n'), ['f.yml:2: protect › rules_enabled is a text, expected true or false.']],
    [
      of('communication: {blocked_country_codes: [no]}\n'),
      ['f.yml:2: communication › blocked_country_codes › 1. is wrong: expected the two capital letters of a country.'],
    ],
    [of('permissions: {"org:sys_a:b": {name: A}}\n'), [expect.stringContaining("Clerk's own, org:sys_…, are on every instance")]],
    [
      of('role_sets:\n  role_set:a: {name: A, type: initial, default_role: org:x, creator_role: org:a, roles: [org:a]}\n'),
      ['f.yml:3: role_sets › role_set:a › default_role is "org:x", which is not one of its roles.'],
    ],
    [
      of('jwt_templates:\n  x:\n    signing_key: "-----BEGIN PRIVATE KEY-----"\n    claims: {a: "[secret]"}\n'),
      [
        'f.yml:3: jwt_templates › x holds "[secret]", which stands for a secret that was not shown: give the value itself.',
        'f.yml:4: jwt_templates › x › signing_key must be instance, or {env: CLERK_JWT_SIGNING_KEY_…}: a key itself does not belong in a file.',
      ],
    ],
    [
      of('jwt_templates: {x: {signing_key: {env: CLERK_SECRET_KEY}, claims: {}}}\n'),
      [expect.stringContaining('expected the name of a variable that begins with CLERK_JWT_SIGNING_KEY_')],
    ],
    [
      of('jwt_templates: {x: {claims: {n: 12345678901234567890}}}\n'),
      ['f.yml:2: jwt_templates › x › claims › n is a number that JSON cannot hold exactly: put it in quotes, or give another.'],
    ],
    [
      of('jwt_templates: {x: {claims: {__proto__: {a: 1}}}}\n'),
      [expect.stringContaining('has a key that cannot be used: __proto__')],
    ],
  ])('is told of by line and by what to do (%#)', (text, faults) => {
    expect(told(text)).toEqual(faults);
  });

  it('is written the same whatever the order that it was read in', () => {
    const one = of(
      'redirect_urls: [b://c, a://b]\nroles:\n  org:b: {permissions: [org:b:c, org:a:b], name: B}\n  org:a: {name: A, permissions: []}\n' +
        'jwt_templates: {t: {claims: {b: 1, a: {d: 2, c: [2, 1]}}}}\n',
    );
    const other = of(
      'jwt_templates: {t: {claims: {a: {c: [2, 1], d: 2}, b: 1}}}\nroles:\n  org:a: {name: A, permissions: []}\n' +
        '  org:b: {name: B, permissions: [org:a:b, org:b:c]}\nredirect_urls: [a://b, b://c]\n',
    );
    const [first, second] = [one, other].map((text) => parseConfiguration(text, 'f.yml').configuration);
    const written = configurationText(first ?? new Map(), new Map());
    expect(configurationText(second ?? new Map(), new Map())).toBe(written);
    const again = parseConfiguration(written, 'f.yml').configuration;
    expect(compare(again, first ?? new Map()).differences).toEqual([]);
    expect(compare(first ?? new Map(), again).differences).toEqual([]);
  });
});
