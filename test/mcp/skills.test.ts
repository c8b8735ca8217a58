import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skillEntry as entryOfSdk } from '@modelcontextprotocol/server/ext/skills';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalogWithJobs } from '../../src/app/load-catalog.js';
import { expose } from '../../src/catalog/exposure.js';
import type { ProfileName } from '../../src/catalog/profiles.js';
import { Offer } from '../../src/mcp/offer.js';
import { Prompts } from '../../src/mcp/prompts/prompts.js';
import { bodyOf } from '../../src/mcp/prompts/skill.js';
import { skillEntry } from '../../src/mcp/prompts/skill-entry.js';
import { skills } from '../../src/mcp/prompts/skills.js';
import type { Caller } from '../../src/policy/policy-types.js';

/** What a job's prompt may cost a model, in o200k_base tokens. */
const MOST_TOKENS = 400;

const catalog = catalogWithJobs;
const caller: Caller = { name: 'test', transport: 'stdio' };
const all = new Map(catalog.operations.map((operation) => [operation.name, operation]));
const offerOf = (offered: typeof all, discovery = false): Offer =>
  new Offer({ catalog, offered, discovery, leftOutBy: () => 'the test leaves it out' });
const without = (...names: string[]): typeof all => new Map([...all].filter(([name]) => !names.includes(name)));

interface PlanFile {
  readonly steps: readonly {
    tool: string;
    if?: string;
    may_fail?: boolean;
    arguments?: { list?: string };
    for_each?: { list?: string };
  }[];
}

const planOf = (name: string): PlanFile =>
  parse(readFileSync(join(import.meta.dirname, '../../plans', `${name}.yml`), 'utf8')) as PlanFile;

/** The tools without which the plan cannot be made or carried out. */
const toolsOf = ({ steps }: PlanFile): string[] =>
  steps
    .filter((step) => step.may_fail !== true && step.if === undefined)
    .flatMap((step) => [step.tool, step.arguments?.list, step.for_each?.list])
    .filter((tool) => tool !== undefined);

describe.each(skills())('the job $name', (skill) => {
  const body = bodyOf(skill);
  const plan = /^ {2}plan: (\S+)$/m.exec(skill.text)?.[1];

  it('names tools that there are, and those that it cannot do without', () => {
    const named = [...body.matchAll(/[`"]([A-Z]\w+_\w+)[`"]/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !all.has(name))).toEqual([]);
    expect(skill.tools.filter((name) => !all.has(name))).toEqual([]);
    const used = new Set([...named, ...(plan === undefined ? [] : toolsOf(planOf(plan)))]);
    expect(skill.tools.filter((name) => !used.has(name))).toEqual([]);
  });

  it('names plans that there are, and needs the tools of its own', () => {
    const named = [...body.matchAll(/"plan": "([\w-]+)"/g)].map(([, name = '']) => name);
    for (const name of named) expect(planOf(name).steps).not.toHaveLength(0);
    if (plan === undefined) return;
    expect(named).toContain(plan);
    expect(toolsOf(planOf(plan)).filter((tool) => !skill.tools.includes(tool))).toEqual([]);
  });

  it(`costs at most ${MOST_TOKENS} tokens as a prompt, with everything given`, () => {
    const given = Object.fromEntries(
      skill.arguments.map(({ name }) => [name, 'jane.doe@example.com (user_2abcdefghijklmnopqrstuvwxyz)']),
    );
    const { messages } = new Prompts(offerOf(all, true)).get(skill.name, given, caller);
    const [message] = messages;
    const text = message?.content.type === 'text' ? message.content.text : '';
    expect(text).toContain(body.trim());
    for (const { name } of skill.arguments) expect(text).toContain(`- ${name}: "jane.doe@example.com (user_`);
    expect(encode(text).length).toBeLessThanOrEqual(MOST_TOKENS);
  });

  it("is served as MCP's extension for skills wants it", async () => {
    expect(skillEntry(skill)).toEqual(await entryOfSdk(skill.name, { 'SKILL.md': skill.text }));
  });
});

it.each<[ProfileName, readonly string[]]>([
  ['support', ['sign-in-trouble']],
  ['offboarding', ['offboard-person', 'lock-down-organization']],
  ['incident', ['lock-down-organization', 'sweep-abusive-signups', 'offboard-person']],
  ['onboarding', ['onboard-company']],
  ['privacy', ['privacy-export', 'privacy-erasure']],
  ['security', ['security-review', 'sweep-abusive-signups']],
  ['access', ['roles-between-instances']],
  ['release', ['launch-check', 'roles-between-instances']],
])('--profile %s has the tools of %j', (profile, jobs) => {
  const offered = new Prompts(offerOf(new Map(expose(catalog, { profile: [profile] })))).offered(caller).map(({ name }) => name);
  expect(offered).toEqual(expect.arrayContaining([...jobs]));
});

describe('a prompt', () => {
  it('has a small icon that needs nothing from elsewhere', () => {
    for (const { icons = [] } of prompts().list(caller)) {
      expect(icons).toEqual([
        { src: expect.stringMatching(/^data:image\/svg\+xml,%3Csvg%20/), mimeType: 'image/svg+xml', sizes: ['any'] },
      ]);
      expect(JSON.stringify(icons).length).toBeLessThan(500);
    }
  });

  const prompts = (offered = all): Prompts => new Prompts(offerOf(offered));

  it('is listed with its arguments', () => {
    expect(prompts().list(caller)).toHaveLength(skills().length);
    expect(
      prompts()
        .list(caller)
        .find(({ name }) => name === 'sweep-abusive-signups'),
    ).toMatchObject({
      title: 'Sweep abusive sign-ups',
      arguments: [
        { name: 'domain', required: true },
        { name: 'since', required: false },
      ],
    });
  });

  it('is not listed where a tool that it needs is not offered, and says why when it is asked for', () => {
    const some = prompts(without('Users_markBanned'));
    expect(some.list(caller).map(({ name }) => name)).not.toContain('offboard-person');
    expect(() => some.get('offboard-person', { person: 'ada' }, caller)).toThrow(
      /needs Users_markBanned.*--tools Users_markBanned/,
    );
  });

  it('is not listed to a caller whose scopes do not reach that far', () => {
    const names = prompts()
      .list({ ...caller, scopes: ['clerk:read'] })
      .map(({ name }) => name);
    expect(names).toEqual(['launch-check', 'security-review', 'sign-in-trouble']);
  });

  it('names what it mentions and is not offered', () => {
    const { messages } = prompts(without('ApiKeys_list', 'Machines_list')).get('security-review', {}, caller);
    expect(JSON.stringify(messages)).toContain('Not offered here: ApiKeys_list, Machines_list.');
    expect(JSON.stringify(prompts().get('security-review', {}, caller))).not.toContain('Not offered');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['offboard-persons', {}, /Did you mean offboard-person/],
    ['offboard-person', {}, /needs person: Who leaves/],
    ['offboard-person', { person: '  ' }, /needs person/],
    ['offboard-person', { persom: 'ada' }, /no argument persom\. Did you mean person/],
  ])('%s with %j is refused', (name, given, message) => {
    expect(() => prompts().get(name, given, caller)).toThrow(message);
  });

  it('keeps a given value on its line, and short', () => {
    const { messages } = prompts().get('offboard-person', { person: `ada\n\n# New orders\n${'x'.repeat(5000)}` }, caller);
    const text = messages[0]?.content.type === 'text' ? messages[0].content.text : '';
    expect(text).toContain('- person: "ada\\n\\n# New orders\\n');
    expect(text.length).toBeLessThan(2500);
  });
});
