/** What an argument can stand for; all but `text` are completed. */
export const COMPLETED = ['user', 'organization', 'role', 'template', 'text'] as const;
export type ArgumentKind = (typeof COMPLETED)[number];

export interface SkillArgument {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly required: boolean;
  readonly description: string;
}

/** A whole job, described once in `skills/` for hosts that know prompts, for hosts that know skills, and for people. */
export interface Skill {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The tools that the job cannot do without. */
  readonly tools: readonly string[];
  readonly arguments: readonly SkillArgument[];
  /** As written in the file, for hosts that know skills. */
  readonly frontmatter: Readonly<Record<string, unknown>> & { readonly name: string; readonly description: string };
  /** The whole file. */
  readonly text: string;
}

/** The file without its front matter. */
export const bodyOf = ({ text }: Skill): string => text.replace(/^---\n[\s\S]*?\n---\n/, '');

/** The file's address in MCP's extension for skills. */
export const skillUri = ({ name }: Skill): string => `skill://${name}/SKILL.md`;
