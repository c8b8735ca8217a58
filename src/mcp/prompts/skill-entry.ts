import { createHash } from 'node:crypto';
import { type Skill, skillUri } from './skill.js';

/** A skill as MCP's extension lists it: its front matter, and every file with a digest to check it by. */
export function skillEntry(skill: Skill): { uri: string; frontmatter: Skill['frontmatter']; resources: object[] } {
  const uri = skillUri(skill);
  const bytes = Buffer.from(skill.text);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { uri, frontmatter: skill.frontmatter, resources: [{ uri, digest, size: bytes.length }] };
}
