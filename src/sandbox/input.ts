import * as z from 'zod';
import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import type { ArrayBody, Shape } from '../catalog/operation-types.js';
import type { Call, Handler, UploadedFile } from './handler.js';
import { readForm } from './images.js';
import type { Instance } from './instance.js';
import { isJson, jsonBody, type RoutedRequest, type SandboxRequest } from './middleware.js';
import { OPEN_BODIES } from './open-bodies.js';
import { paramError, refuse, refuseParam, refuseParams, type WireError } from './sandbox-error.js';
import { versionOf } from './versions.js';

/** Clerk takes no more values than this in one array of the query. */
const MOST_QUERY_VALUES = 100;

/** Lists that answer a bare array take `paginated` from Clerk's SDK even where the documents are silent. */
const ALWAYS_TAKEN: Shape = { paginated: z.boolean().optional() };

type Fields = Record<string, unknown>;

/** The routed's inputs, checked by the operation's own schemas. @throws SandboxError with Clerk's codes. */
export async function readCall(routed: RoutedRequest, operation: Operation, handler: Handler, instance: Instance): Promise<Call> {
  const { spec } = operation;
  check(z.strictObject(withAnyTemplateType(spec.path ?? {})), routed.params);
  const repeated = Object.fromEntries(
    (handler.repeated ?? []).map((name) => [name, z.array(unwrap(spec.query?.[name] as z.ZodType)).optional()]),
  );
  const query = readQuery(routed.request, { ...ALWAYS_TAKEN, ...spec.query, ...repeated }, spec.commaSeparated ?? []);
  const { body, items, file } = await readBody(routed.request, operation, handler);
  checkTemplateType(spec.path ?? {}, routed.params);
  return {
    instance,
    operation,
    version: versionOf(routed.request),
    path: routed.params,
    query,
    body,
    items,
    file,
    machine: routed.machine,
  };
}

function readQuery(request: SandboxRequest, shape: Shape, commaSeparated: readonly string[]): Fields {
  const query: Fields = {};
  for (const [name, schema] of Object.entries(shape)) {
    const values = request.query.getAll(name);
    if (values.length === 0) continue;
    const parts = commaSeparated.includes(name) ? values.flatMap((value) => value.split(',')) : values;
    if (parts.length > MOST_QUERY_VALUES) throw tooMany(name, MOST_QUERY_VALUES);
    query[name] = coerce(schema, parts);
  }
  check(z.strictObject(shape).partial(), query);
  const missing = Object.keys(shape).find((name) => query[name] === undefined && !shape[name]?.safeParse(undefined).success);
  if (missing !== undefined) {
    throw refuse(400, 'missing_query_parameter', 'Missing query parameter', `The query must have ${missing}.`);
  }
  return query;
}

/** Texts of the query as the values that the schema expects; what does not fit stays text and fails the check. */
function coerce(schema: z.ZodType, values: readonly string[]): unknown {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodArray) return values.map((value) => coerce(bare.element as z.ZodType, [value]));
  const value = values.at(-1) as string;
  if (bare instanceof z.ZodNumber && /^-?\d+$/.test(value)) return Number(value);
  if (bare instanceof z.ZodBoolean && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

const unwrap = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;

interface Body {
  readonly body: Fields;
  readonly items: readonly Fields[];
  readonly file: UploadedFile | undefined;
}

const NO_BODY: Body = { body: {}, items: [], file: undefined };

async function readBody(request: SandboxRequest, operation: Operation, handler: Handler): Promise<Body> {
  const { spec } = operation;
  if (spec.image !== undefined) {
    const { fields, file } = await readForm(request, spec.image);
    return { body: fields, items: [], file };
  }
  if (spec.body === undefined) return NO_BODY;
  if (request.body.length > 0 && !isJson(request)) {
    throw refuse(415, 'unsupported_content_type', 'Unsupported content type', 'Send the body as application/json.');
  }
  const given = jsonBody(request);
  if (isArrayBody(spec.body)) return { ...NO_BODY, items: readItems(given, spec.body, isOpen(operation)) };
  const body = given ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw notOf('an object');
  const former = handler.former !== undefined && versionOf(request) < handler.former.before ? handler.former.body : {};
  const shape = { ...spec.body, ...former };
  const named = withDeclaredNames(body as Fields, handler.alsoNamed);
  check(isOpen(operation) ? z.looseObject(shape) : z.strictObject(shape), named);
  return { ...NO_BODY, body: named };
}

const isOpen = ({ name }: Operation): boolean => OPEN_BODIES.has(name);

const withDeclaredNames = (body: Fields, names: Handler['alsoNamed'] = {}): Fields =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [Object.hasOwn(names, name) ? String(names[name]) : name, value]),
  );

function readItems(given: unknown, body: ArrayBody, open: boolean): readonly Fields[] {
  if (!Array.isArray(given)) throw notOf('an array');
  const result = body.items.safeParse(given);
  const issues = result.error?.issues ?? [];
  const whole = issues.find((issue) => issue.path.length === 0 && issue.code === 'too_big');
  if (whole?.code === 'too_big') {
    throw refuse(400, 'bulk_size_exceeded', 'Bulk size exceeded', `At most ${whole.maximum} items can be sent in one request.`);
  }
  const errors = issues.filter((issue) => !open || issue.code !== 'unrecognized_keys').flatMap((issue) => toErrors(issue, given));
  if (errors.length > 0) throw refuseParams(errors);
  return given as Fields[];
}

const isArrayBody = (body: Shape | ArrayBody): body is ArrayBody => 'as' in body && typeof body.as === 'string';

const notOf = (what: string) =>
  refuse(400, 'request_body_invalid', 'Request body invalid', `The request body must be ${what} in JSON.`);

const tooMany = (name: string, most: number) =>
  refuseParam('form_param_array_size_exceeded', name, 'has too many values', `${name} takes at most ${most} values.`);

const TEMPLATE_TYPES: ReadonlySet<string | undefined> = new Set(['email', 'sms']);

/** Clerk has an answer of its own for a wrong type of template, and only for a request that is right otherwise. */
const withAnyTemplateType = (shape: Shape): Shape =>
  shape.template_type === undefined ? shape : { ...shape, template_type: z.string() };

function checkTemplateType(shape: Shape, params: RoutedRequest['params']): void {
  if (shape.template_type === undefined || TEMPLATE_TYPES.has(params.template_type)) return;
  const why = `Templates are email or sms, not ${params.template_type}.`;
  throw refuse(400, 'template_type_unsupported', 'Unsupported template type', why);
}

function check(schema: z.ZodType, value: unknown): void {
  const result = schema.safeParse(value);
  if (!result.success) throw refuseParams(result.error.issues.flatMap((issue) => toErrors(issue, value)));
}

function toErrors(issue: z.core.$ZodIssue, root: unknown): WireError[] {
  const param = issue.path.filter((key) => typeof key === 'string').join('.');
  if (issue.code === 'unrecognized_keys') {
    const inside = param === '' ? '' : `${param}.`;
    return issue.keys.map((key) =>
      paramError(
        'form_param_unknown',
        `${inside}${key}`,
        'is unknown',
        `${inside}${key} is not a valid parameter for this request.`,
      ),
    );
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], root);
  if (value === undefined) return [paramError('form_param_missing', param, 'is missing', `${param} must be included.`)];
  if (value === null) return [paramError('form_param_nil', param, 'is nil', `${param} must not be null.`)];
  return [paramError(codeOf(issue, param, value), param, 'is invalid', `${param} is invalid: ${issue.message}.`)];
}

const METADATA = /^(?:public|private|unsafe)_metadata$/;
const TYPE_INVALID = 'form_param_type_invalid';

function codeOf(issue: z.core.$ZodIssue, param: string, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return METADATA.test(param) ? 'form_param_value_invalid' : TYPE_INVALID;
    case 'invalid_value':
      return issue.values.some((known) => typeof known === typeof value) ? 'form_param_value_invalid' : TYPE_INVALID;
    case 'invalid_union':
      return issue.errors.every((option) => option.every(({ code, path }) => code === 'invalid_type' && path.length === 0))
        ? TYPE_INVALID
        : 'form_param_value_invalid';
    case 'invalid_format':
      return 'form_param_format_invalid';
    case 'too_big':
      return issue.origin === 'array'
        ? 'form_param_array_size_exceeded'
        : issue.origin === 'string'
          ? 'form_param_max_length_exceeded'
          : 'form_param_value_too_large';
    case 'too_small':
      return issue.origin === 'string' ? 'form_param_min_length_exceeded' : 'form_param_value_invalid';
    default:
      return 'form_param_value_invalid';
  }
}
