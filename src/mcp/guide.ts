import {
  type CompleteResult,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerCapabilities,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';
import type { Caller } from '../policy/policy-types.js';
import type { Completions } from './completions.js';
import type { Prompts } from './prompts/prompts.js';
import { type Skill, skillUri } from './prompts/skill.js';
import type { Resources } from './resources/resources.js';

/** What a host can offer its user beside tools. */
export interface Guide {
  readonly prompts: Prompts;
  readonly resources: Resources;
  readonly completions: Completions;
}

export interface GuideOptions {
  /** Whether any job can be carried out here. */
  readonly hasJobs: boolean;
  /** Loads the guide on first use. */
  readonly open: () => Promise<Guide>;
}

/** Who asks, and how their reads are admitted. */
export interface Guests {
  readonly callerOf: (context: ServerContext) => Caller;
  readonly enter: Enter | undefined;
  /** Whether a caller's next credential may show them more. Default: false. */
  readonly byCredential?: boolean | undefined;
}

/** A place for the reads of a request, where their number is limited; `undefined` where there is none. */
export type Enter = (context: ServerContext) => Promise<(() => void) | undefined>;

/** MCP's extension for skills (SEP-2640). */
const SKILLS = 'io.modelcontextprotocol/skills';

/** In milliseconds. While the program runs, only what a caller may see can change. */
const TTL_MS = 3_600_000;
const CACHE = { ttlMs: TTL_MS, cacheScope: 'private' } as const;
const KEPT_BY_NOBODY = { ttlMs: 0, cacheScope: 'private' } as const;

export const GUIDE_CACHE_HINTS = {
  'prompts/list': CACHE,
  'resources/list': CACHE,
  'resources/templates/list': CACHE,
} as const;

export const guideCapabilities = ({ hasJobs }: GuideOptions): ServerCapabilities => ({
  resources: {},
  completions: {},
  ...(hasJobs && { prompts: {}, extensions: { [SKILLS]: {} } }),
});

/** Parameters of a method that the SDK does not know, in the form in which it takes a schema. */
const parameters = <Output>(
  validate: (given: unknown) => { readonly value: Output } | { readonly issues: readonly { readonly message: string }[] },
) => ({
  params: {
    '~standard': {
      version: 1 as const,
      vendor: 'clerk-mcp',
      types: undefined as { readonly input: unknown; readonly output: Output } | undefined,
      validate,
    },
  },
});

const URI = parameters<{ readonly uri: string }>((given) =>
  isRecord(given) && typeof given.uri === 'string'
    ? { value: { uri: given.uri } }
    : { issues: [{ message: 'uri: required, string' }] },
);

const CURSOR = parameters<{ readonly cursor: unknown }>((given) => ({
  value: { cursor: isRecord(given) ? given.cursor : undefined },
}));

/** Serves prompts, resources, completions and skills, as far as the caller may see them. */
export function serveGuide(
  server: Server,
  { hasJobs, open }: GuideOptions,
  { callerOf, enter = async () => () => {}, byCredential = false }: Guests,
): void {
  server.setRequestHandler('resources/list', async ({ params }, context) => {
    refuseCursor(params?.cursor);
    return { resources: (await open()).resources.list(callerOf(context)) };
  });
  server.setRequestHandler('resources/templates/list', async ({ params }) => {
    refuseCursor(params?.cursor);
    return { resourceTemplates: (await open()).resources.templates() };
  });
  server.setRequestHandler('resources/read', async ({ params: { uri } }, context) => {
    const { resources } = await open();
    if (!resources.reads(uri)) return resources.read(uri, callerOf(context), context.mcpReq.signal);
    const leave = await enter(context);
    if (leave === undefined)
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Too many calls at once: read it again later.');
    return resources.read(uri, callerOf(context), context.mcpReq.signal).finally(leave);
  });
  server.setRequestHandler('completion/complete', async ({ params }, context): Promise<CompleteResult> => {
    const { completions } = await open();
    const leave = await enter(context);
    if (leave === undefined) return { completion: { values: [] } };
    const completion = await completions.complete(params, callerOf(context), context.mcpReq.signal).finally(leave);
    return { completion: { ...completion } };
  });
  if (hasJobs) serveJobs(server, open, callerOf, byCredential ? KEPT_BY_NOBODY : CACHE);
}

function serveJobs(
  server: Server,
  open: GuideOptions['open'],
  callerOf: (context: ServerContext) => Caller,
  kept: typeof CACHE | typeof KEPT_BY_NOBODY,
): void {
  /** Results of 2026-07-28 say how long they hold. */
  const cacheFields = ({ mcpReq }: ServerContext) => (mcpReq.envelope === undefined ? {} : kept);
  server.setRequestHandler('prompts/list', async ({ params }, context) => {
    refuseCursor(params?.cursor);
    return { prompts: (await open()).prompts.list(callerOf(context)) };
  });
  server.setRequestHandler('prompts/get', async ({ params: { name, arguments: given = {} } }, context) =>
    (await open()).prompts.get(name, given, callerOf(context)),
  );
  server.setRequestHandler('skills/list', CURSOR, async ({ cursor }, context) => {
    refuseCursor(cursor);
    const { skillEntry } = await import('./prompts/skill-entry.js');
    return { skills: (await open()).prompts.offered(callerOf(context)).map(skillEntry), ...cacheFields(context) };
  });
  server.setRequestHandler('skills/get', URI, async ({ uri }, context) => {
    const { skillEntry } = await import('./prompts/skill-entry.js');
    const skill = (await open()).prompts.offered(callerOf(context)).find((one: Skill) => skillUri(one) === uri);
    if (skill === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no skill at ${plain(uri, 100)}.`);
    return { skill: skillEntry(skill), ...cacheFields(context) };
  });
}

function refuseCursor(cursor: unknown): void {
  if (cursor !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: the whole list is one page.');
}
