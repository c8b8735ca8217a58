import * as z from 'zod';
import { compactJsonSchema } from './json-schema.js';
import type { ArrayBody, Method, OperationSpec, Risk, Shape, ToolDefinition } from './types.js';

/** The newest version of Clerk's Backend API that the catalog is written for. */
export const CURRENT_API_VERSION = '2026-05-12';

/** Where an input travels in the HTTP request. */
export type Place = 'path' | 'query' | 'body' | 'array-body' | 'image';

/** The three inputs that stand for a file. Exactly one of path and base64 is given. */
const IMAGE_INPUTS: Shape = {
  file_path: z.string().optional().describe('On the local disk (stdio only)'),
  file_base64: z.string().optional().describe('Instead of file_path'),
  media_type: z.string().optional().describe('Of file_base64: image/png, jpeg, gif or webp'),
};

/** The input by which a gated call is confirmed. Never sent to Clerk. */
const CONFIRM_SCHEMA = {
  type: ['boolean', 'string'],
  description: 'Only after the person agreed',
} as const;

const isArrayBody = (body: Shape | ArrayBody): body is ArrayBody => 'as' in body && typeof body.as === 'string';

const REPEATABLE: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE']);

/** One operation of Clerk's Backend API: its declaration and what follows from it. */
export class Operation {
  readonly spec: OperationSpec;
  readonly name: string;
  /** The part of the name before the underscore: `Users`. */
  readonly group: string;
  readonly method: Method;
  /** Path template: `/users/{user_id}/ban`. */
  readonly path: string;
  readonly apiVersion: string;
  readonly risk: Risk;
  /** Whether some call of it needs a confirmation. */
  readonly gated: boolean;
  readonly idempotent: boolean;
  /** Whether a request whose answer was lost may be sent again. Never for POST and PATCH. */
  readonly resendable: boolean;
  /** Every input but `confirm`, and where it goes. */
  readonly places: ReadonlyMap<string, Place>;
  #input: z.ZodType | undefined;
  #tool: ToolDefinition | undefined;

  constructor(spec: OperationSpec) {
    this.spec = spec;
    this.name = spec.name;
    this.group = spec.name.slice(0, spec.name.indexOf('_'));
    const space = spec.request.indexOf(' ');
    this.method = spec.request.slice(0, space) as Method;
    this.path = spec.request.slice(space + 1);
    this.apiVersion = spec.version ?? CURRENT_API_VERSION;
    this.risk = spec.risk;
    this.gated = spec.risk === 'destructive' || spec.risk === 'credential' || spec.destructiveWhen !== undefined;
    this.idempotent = spec.idempotent ?? REPEATABLE.has(this.method);
    this.resendable = this.idempotent && REPEATABLE.has(this.method);
    this.places = this.#placeInputs();
  }

  /** The zod schema of all inputs, path, query and body side by side. Built when first used. */
  get input(): z.ZodType {
    this.#input ??= z.strictObject(this.#shape());
    return this.#input;
  }

  /** The MCP tool. Converted once, when first used. */
  get tool(): ToolDefinition {
    this.#tool ??= this.#toTool();
    return this.#tool;
  }

  #placeInputs(): Map<string, Place> {
    const { spec } = this;
    const places = new Map<string, Place>();
    const put = (names: readonly string[], place: Place): void => {
      for (const name of names) {
        if (places.has(name) || name === 'confirm') throw new Error(`${spec.name}: input ${name} is declared twice`);
        places.set(name, place);
      }
    };
    put(Object.keys(spec.path ?? {}), 'path');
    put(Object.keys(spec.query ?? {}), 'query');
    if (spec.body !== undefined) {
      if (isArrayBody(spec.body)) put([spec.body.as], 'array-body');
      else put(Object.keys(spec.body), 'body');
    }
    if (spec.image !== undefined) put(Object.keys(IMAGE_INPUTS), 'image');
    return places;
  }

  #shape(): Shape {
    const { path, query, body, image } = this.spec;
    const bodyShape = body === undefined ? {} : isArrayBody(body) ? { [body.as]: body.items } : body;
    return { ...path, ...query, ...bodyShape, ...(image === undefined ? {} : IMAGE_INPUTS) };
  }

  #toTool(): ToolDefinition {
    const { spec } = this;
    const tool: ToolDefinition = {
      name: spec.name,
      title: spec.title,
      description: spec.deprecated === undefined ? spec.description : `${spec.description} Deprecated: ${spec.deprecated}`,
      inputSchema: compactJsonSchema(this.input),
      annotations: {
        readOnlyHint: spec.risk === 'read',
        destructiveHint: spec.risk === 'destructive' || spec.destructiveWhen !== undefined,
        idempotentHint: this.idempotent,
        openWorldHint: spec.openWorld ?? false,
      },
    };
    return this.gated ? withConfirm(tool) : tool;
  }
}

/** The tool with the input `confirm`. */
export function withConfirm(tool: ToolDefinition): ToolDefinition {
  const properties = { ...(tool.inputSchema.properties as Record<string, unknown>), confirm: CONFIRM_SCHEMA };
  return { ...tool, inputSchema: { ...tool.inputSchema, properties } };
}

/** Declares one operation. The declaration is data; everything else in the house reads it. */
export const defineOperation = (spec: OperationSpec): Operation => new Operation(spec);
