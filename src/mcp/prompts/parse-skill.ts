import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { COMPLETED, type Skill, type SkillArgument } from './skill.js';

const frontMatter = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  description: z.string().min(1).max(1024),
  metadata: z.record(z.string(), z.string()),
});

const ARGUMENT = 'argument.';

/** `user! Who leaves`: the kind of value, `!` where it is required, and a description. */
const DECLARED = new RegExp(`^(${COMPLETED.join('|')})(!?) (.+)$`);

/** Every skill in a folder that holds one folder for each. @throws Error for a malformed skill */
export function readSkillFolder(folder: string): readonly Skill[] {
  const names = readdirSync(folder).sort();
  return names.map((name) => parseSkill(name, readFileSync(join(folder, name, 'SKILL.md'), 'utf8')));
}

function parseSkill(folder: string, text: string): Skill {
  const [, head] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
  if (head === undefined) throw new Error(`${folder}/SKILL.md has no front matter`);
  const frontmatter = frontMatter.parse(parse(head));
  const { name, description, metadata } = frontmatter;
  if (name !== folder) throw new Error(`${folder}/SKILL.md is named ${name}`);
  const { title = '', tools = '' } = metadata;
  return {
    name,
    title,
    description,
    frontmatter,
    tools: tools.split(' '),
    arguments: Object.entries(metadata)
      .filter(([key]) => key.startsWith(ARGUMENT))
      .map(([key, declared]) => argumentOf(folder, key.slice(ARGUMENT.length), declared)),
    text,
  };
}

function argumentOf(folder: string, name: string, declared: string): SkillArgument {
  const [, completes, required, description] = DECLARED.exec(declared) ?? [];
  const kind = COMPLETED.find((one) => one === completes);
  if (kind === undefined || description === undefined) throw new Error(`${folder}/SKILL.md: ${ARGUMENT}${name} is ${declared}`);
  return { name, kind, required: required === '!', description };
}
