/** What hosts' documents say of the tools that they hand to a model. The one place to change when they say something else. */
export interface HostLimits {
  readonly host: string;
  /** Where it is written. */
  readonly sources: readonly string[];
  /** What a tool may be called, with a name of the server before it where the host puts one. */
  readonly toolName: RegExp;
  /** What an input may be called, at any depth. */
  readonly inputName: RegExp;
  /** Keywords that are understood, or passed over without harm. */
  readonly keywords: ReadonlySet<string>;
  /** Objects and lists within each other, the whole input counted. */
  readonly deepest: number;
  readonly mostProperties: number;
  readonly mostEnumValues: number;
  readonly longestDescription: number;
  /** The most tools of one request. */
  readonly mostTools: number;
  /** How schemas are sent as they are, and not rewritten so that each input must be given. */
  readonly withoutStrict: string;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;

const PLAIN = ['type', 'description', 'properties', 'required', 'items', 'enum', 'anyOf'];
const BOUNDS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'format'];

export const HOST_LIMITS: readonly HostLimits[] = [
  {
    host: 'OpenAI',
    sources: [
      'https://developers.openai.com/api/docs/guides/function-calling',
      'https://developers.openai.com/api/docs/guides/structured-outputs',
    ],
    toolName: /^[\w-]{1,64}$/,
    inputName: /^.{1,64}$/,
    keywords: new Set([...PLAIN, ...BOUNDS, 'const', 'additionalProperties', 'default']),
    deepest: 10,
    mostProperties: 5000,
    mostEnumValues: 1000,
    longestDescription: 1024,
    mostTools: 128,
    withoutStrict:
      '`strict: false` with each function of the Responses API; in the Agents SDK leave `convert_schemas_to_strict` (`convertSchemasToStrict`) off, as it is by default',
  },
  {
    host: 'Gemini',
    sources: ['https://ai.google.dev/api/caching#FunctionDeclaration', 'https://ai.google.dev/gemini-api/docs/structured-output'],
    toolName: /^[A-Za-z_][\w.:-]{0,63}$/,
    inputName: /^[A-Za-z_]\w{0,63}$/,
    // `const` is none of its keywords; in schemas given as JSON Schema those are passed over.
    keywords: new Set([...PLAIN, ...BOUNDS, 'additionalProperties', 'default', 'const']),
    deepest: NO_LIMIT,
    mostProperties: NO_LIMIT,
    mostEnumValues: NO_LIMIT,
    longestDescription: NO_LIMIT,
    mostTools: 128,
    withoutStrict: 'give schemas in `parametersJsonSchema`, and leave the mode of function calling at `AUTO`',
  },
  {
    host: 'Anthropic',
    sources: [
      'https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use',
      'https://platform.claude.com/docs/en/build-with-claude/structured-outputs',
    ],
    toolName: /^[\w-]{1,64}$/,
    inputName: /^[\w.-]{1,64}$/,
    keywords: new Set([...PLAIN, ...BOUNDS, 'const', 'additionalProperties', 'default']),
    deepest: NO_LIMIT,
    mostProperties: NO_LIMIT,
    mostEnumValues: NO_LIMIT,
    longestDescription: NO_LIMIT,
    mostTools: NO_LIMIT,
    withoutStrict:
      'leave `strict` out of the tools, as MCP hosts do; with it a request takes 20 tools, and no bounds of numbers and texts',
  },
  {
    host: 'Amazon Bedrock',
    sources: [
      'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html',
      'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_ToolSpecification.html',
      'https://docs.aws.amazon.com/nova/latest/userguide/tool-use-definition.html',
    ],
    // The narrower of the two, which is that of agents.
    toolName: /^[A-Za-z]\w{0,63}$/,
    inputName: /^.{1,64}$/,
    keywords: new Set([...PLAIN, ...BOUNDS, 'const', 'additionalProperties', 'default']),
    deepest: NO_LIMIT,
    mostProperties: NO_LIMIT,
    mostEnumValues: NO_LIMIT,
    longestDescription: NO_LIMIT,
    mostTools: NO_LIMIT,
    withoutStrict: 'leave `strict` out of the `toolSpec`',
  },
];

/** What clients put before a tool's name, with this server called `clerk`. */
export const CLIENT_PREFIX = 'mcp__clerk__';

interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
  readonly outputSchema?: object | undefined;
}

interface Schema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
}

interface Place {
  readonly at: string;
  readonly schema: Schema;
  /** Objects and lists that it is in, itself among them. */
  readonly depth: number;
}

/** A schema and all within it. */
function placesIn(schema: Schema, at: string, depth = 0): Place[] {
  const own = depth + (schema.type === 'object' || schema.type === 'array' ? 1 : 0);
  const more = typeof schema.additionalProperties === 'object' ? [['*', schema.additionalProperties] as const] : [];
  const below = [...Object.entries(schema.properties ?? {}), ...(schema.items ? [['[]', schema.items] as const] : []), ...more];
  return [
    { at, schema, depth: own },
    ...below.flatMap(([name, inner]) => placesIn(inner, `${at}.${name}`, own)),
    ...(schema.anyOf ?? []).flatMap((branch, index) => placesIn(branch, `${at}|${index}`, depth)),
  ];
}

/** What holds for every host, whatever its limits. */
const COMMON: Readonly<Record<string, (place: Place) => boolean>> = {
  'one type for each value, no list of types': ({ schema }) => !Array.isArray(schema.type),
  'a type for each value': ({ schema }) => schema.type !== undefined || schema.anyOf !== undefined,
  'what a list holds': ({ schema }) => schema.type !== 'array' || schema.items !== undefined,
  'values to choose from are texts': ({ schema }) => schema.enum?.every((value) => typeof value === 'string') !== false,
};

/** What is asked of the tool as one, by host. */
const BY_HOST: Readonly<Record<string, (limits: HostLimits, tool: ListedTool, places: readonly Place[]) => boolean>> = {
  'the name of a tool, also with that of the server before it': ({ toolName }, { name }) =>
    toolName.test(name) && toolName.test(CLIENT_PREFIX + name),
  'the names of inputs': ({ inputName }, _, places) =>
    places.every(({ schema }) => Object.keys(schema.properties ?? {}).every((name) => inputName.test(name))),
  keywords: ({ keywords }, _, places) => places.every(({ schema }) => Object.keys(schema).every((key) => keywords.has(key))),
  'how deep it nests': ({ deepest }, _, places) => places.every(({ depth }) => depth <= deepest),
  'how many properties it has': ({ mostProperties }, _, places) =>
    places.reduce((sum, { schema }) => sum + Object.keys(schema.properties ?? {}).length, 0) <= mostProperties,
  'how many values there are to choose from': ({ mostEnumValues }, _, places) =>
    places.reduce((sum, { schema }) => sum + (schema.enum?.length ?? 0), 0) <= mostEnumValues,
  'how long its description is': ({ longestDescription }, { description = '' }) =>
    description.length > 0 && description.length <= longestDescription,
};

/** Output schemas go to no model; what hosts that read them share with inputs is held. */
const OF_OUTPUT = ['one type for each value, no list of types', 'what a list holds'];
const DEEPEST_OUTPUT = 10;

/** Every rule, with the host whose it is. */
export const RULES: readonly string[] = [...Object.keys(COMMON), 'an object at the root', ...Object.keys(BY_HOST)];

/** What hosts would not take of a tool: `Users_ban, OpenAI: keywords`. */
export function offencesOf(tool: ListedTool): string[] {
  const input = tool.inputSchema as Schema;
  const places = placesIn(input, tool.name);
  const outputs = tool.outputSchema === undefined ? [] : placesIn(tool.outputSchema as Schema, `${tool.name} (output)`);
  const broken = (among: readonly Place[], rules: readonly string[]): string[] =>
    among.flatMap((place) => rules.filter((rule) => COMMON[rule]?.(place) === false).map((rule) => `${place.at}: ${rule}`));
  return [
    ...(input.type === 'object' && input.anyOf === undefined ? [] : [`${tool.name}: an object at the root`]),
    ...broken(places, Object.keys(COMMON)),
    ...broken(outputs, OF_OUTPUT),
    ...outputs.filter(({ depth }) => depth > DEEPEST_OUTPUT).map(({ at }) => `${at}: how deep it nests`),
    ...HOST_LIMITS.flatMap((limits) =>
      Object.entries(BY_HOST)
        .filter(([, holds]) => !holds(limits, tool, places))
        .map(([rule]) => `${tool.name}, ${limits.host}: ${rule}`),
    ),
  ];
}
