import * as z from 'zod';
import { RISKS } from '../../catalog/operation-types.js';
import { INSTANCE_KINDS } from '../policy-types.js';
import { STRENGTHS } from '../strengths.js';

const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).min(1)]);

const lengthOfTime = () => z.string().regex(/^[1-9]\d{0,4}[smhd]$/, 'expected a length of time such as 30s, 10m, 1h or 7d');

const pattern = z.string().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What a rule looks at. An absent key matches everything. */
const conditions = {
  name: z.string().min(1).max(60).optional().describe('Shown in refusals, in the record and by explain.'),
  tools: oneOrMore(pattern).optional().describe('Names, groups or globs: Users_markBanned, Organizations, *_revoke*.'),
  risk: oneOrMore(z.enum(RISKS)).optional().describe('The risk of the very call: some inputs make a write destructive.'),
  returnsSecret: z.boolean().optional().describe('Whether the call hands out a secret.'),
  instance: oneOrMore(z.enum(INSTANCE_KINDS)).optional(),
  caller: oneOrMore(pattern).optional().describe('Names of callers; * stands for any characters.'),
};

const args = z
  .record(z.string().min(1), oneOrMore(scalar))
  .optional()
  .describe('Input (dots lead into objects and lists) to a value or several, any of which matches; * stands for any characters.');

const about = z
  .strictObject({
    user: oneOrMore(
      z.string().regex(/^\s*(?:user_[\w-]+|[^\s@]+@[^\s@*]+)\s*$/, 'expected the id of a user (user_…) or an e-mail address'),
    )
      .optional()
      .describe('By id or e-mail address.'),
    organization: oneOrMore(z.string().regex(/^\s*[\w-]+\s*$/, 'expected the id of an organization (org_…) or its slug'))
      .optional()
      .describe('By id or slug.'),
    application: oneOrMore(z.string().regex(/^\s*[\w-]+\s*$/, 'expected the id of an OAuth application'))
      .optional()
      .describe('OAuth applications, by id.'),
  })
  .refine(
    (value) => Object.values(value).some((names) => names !== undefined),
    'names no subject: give user, organization or application',
  )
  .optional()
  .describe(
    'Whom the call is about: named by any input, in lists too, or by something that is theirs (a session, an address, a key). ' +
      'Where that cannot be determined, the rule counts.',
  );

const maxItems = z.int().min(1).optional().describe('The most items that one bulk call may have.');

export const ruleSchema = z.discriminatedUnion('action', [
  z
    .strictObject({ ...conditions, args, about, action: z.literal('allow'), maxItems })
    .describe('Lets the call through without asking.'),
  z
    .strictObject({ ...conditions, args, about, action: z.literal('deny'), reason: z.string().min(1).max(300) })
    .describe('Refuses the call and tells the reason.'),
  z
    .strictObject({
      ...conditions,
      args,
      about,
      action: z.literal('confirm'),
      strength: z.enum([...STRENGTHS, 'auto']),
      maxItems,
      approvers: oneOrMore(z.string().min(1).max(64))
        .optional()
        .describe('Who may approve: names and groups of the approvers file. They are asked only on the page.'),
      within: lengthOfTime().optional().describe('How long the call can be approved and used: 30s, 10m, 1h, 7d.'),
    })
    .describe('Lets the call through once it is confirmed.'),
]);
export type RuleDeclaration = z.output<typeof ruleSchema>;

export const budgetSchema = z.strictObject({
  ...conditions,
  defensive: z
    .boolean()
    .optional()
    .describe(
      'Whether the call brings an incident under control: revoking sessions, keys, tokens, invitations; locking; banning.',
    ),
  max: z.int().min(1).describe('Calls let through; a bulk call counts each item.'),
  per: lengthOfTime().describe('30s, 10m, 1h, 7d: a sliding window.'),
  scope: z.enum(['caller', 'process']).default('caller').describe('Whose calls are counted together.'),
});
export type BudgetDeclaration = z.output<typeof budgetSchema>;

/** The policy file. The first rule that matches decides; the built-in defaults come after the last. */
export const policyFileSchema = z.strictObject({
  $schema: z.string().optional(),
  rules: z.array(ruleSchema).default([]).describe('The first that matches decides; the built-in ones come last.'),
  budgets: z
    .array(budgetSchema)
    .optional()
    .describe('All that match must have room. Absent: the built-in ones for live instances.'),
  metadata_keys_that_grant: z
    .array(z.string().min(1).max(200))
    .optional()
    .describe(
      'Keys of metadata that applications take rights from: role, at any depth, or public_metadata.app.role. Case, _ and - do not count.',
    ),
});
export type PolicyFile = z.output<typeof policyFileSchema>;

/** The file's JSON Schema, for editors. */
export function policyJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(policyFileSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'Policy of clerk-mcp', ...rest };
}

/** The keys allowed in the object at `path` of the file; those of a rule depend on its action. */
export function knownKeys(path: readonly PropertyKey[], action: unknown): string[] {
  if (path.length === 0) return Object.keys(policyFileSchema.shape);
  if (path[0] === 'budgets') return Object.keys(budgetSchema.shape);
  const rule = ruleSchema.options.find((option) => option.shape.action.value === action);
  return Object.keys(rule?.shape ?? {});
}
