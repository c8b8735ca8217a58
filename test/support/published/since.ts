type Node = Record<string, unknown>;

/** What is known since the newest document, as `later/later.json` beside the documents has it. */
export interface LaterFacts {
  readonly operations: readonly {
    readonly clerkOperationId: string;
    readonly method: string;
    readonly path: string;
    readonly parameters: readonly Node[];
    readonly requestBody: { readonly required: boolean; readonly content: Readonly<Record<string, object>> } | null;
    readonly responses: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly responseSchemas: Readonly<Record<string, object>>;
  }[];
}

const TEXT = { type: 'string' };
const CERTIFICATES = { type: 'array', items: TEXT };

/** Inputs of later than the document, by request; dots lead into objects. */
const INPUTS: readonly (readonly [request: string, input: string, schema: Node])[] = [
  ['POST /users', 'timezone', TEXT],
  ['PATCH /users/{user_id}', 'timezone', TEXT],
  ['POST /domains', 'is_satellite', { type: 'boolean' }],
  ['POST /saml_connections', 'idp_certificates', CERTIFICATES],
  ['PATCH /saml_connections/{saml_connection_id}', 'idp_certificates', CERTIFICATES],
  ['POST /enterprise_connections', 'saml.idp_certificates', CERTIFICATES],
  ['PATCH /enterprise_connections/{enterprise_connection_id}', 'saml.idp_certificates', CERTIFICATES],
];

const QUERY: readonly (readonly [request: string, parameter: string, schema: Node])[] = [
  ['GET /invitations', 'email_address', TEXT],
];

/** Properties of answers of later than the document, by schema. */
const PROPERTIES: Readonly<Record<string, Node>> = {
  User: { timezone: { ...TEXT, nullable: true }, deprovisioned: { type: 'boolean' } },
  InstanceProtect: { checks_exempt: { type: 'boolean' } },
};

/** Adds to the newest document, an OpenAPI one, what is known since. */
export function addLaterFacts(document: Node, { operations }: LaterFacts): void {
  const paths = document.paths as Record<string, Node>;
  const { schemas } = document.components as { schemas: Record<string, Node> };
  for (const { method, path, clerkOperationId, parameters, requestBody, responses, responseSchemas } of operations) {
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        operationId: clerkOperationId,
        parameters,
        ...(requestBody !== null && { requestBody: { ...requestBody, content: mapValues(requestBody.content, asMedia) } }),
        responses: mapValues(responses, (content) => ({ content: mapValues(content, (name) => asMedia(named(name))) })),
      },
    };
    for (const [name, schema] of Object.entries(responseSchemas)) schemas[name] ??= withReferences(schema);
  }
  for (const [request, input, schema] of INPUTS) {
    const steps = input.split('.');
    let { properties } = bodyOf(at(paths, request));
    for (const step of steps.slice(0, -1)) properties = (properties[step] as { properties: Node }).properties;
    properties[steps.at(-1) as string] = schema;
  }
  for (const [request, name, schema] of QUERY) (at(paths, request).parameters as Node[]).push({ name, in: 'query', schema });
}

/** Adds the properties of answers that are known since; which versions lack them is not known. */
export function addLaterProperties({ components }: Node): void {
  const { schemas } = components as { schemas: Record<string, { properties: Node } | undefined> };
  for (const [name, properties] of Object.entries(PROPERTIES)) Object.assign(schemas[name]?.properties ?? {}, properties);
}

const mapValues = <T, R>(object: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));

const asMedia = (schema: object): Node => ({ schema });

/** `array of User`, `User`. */
function named(text: string): Node {
  const [, list, name] = /^(array of )?(.+)$/.exec(text) as unknown as [string, string | undefined, string];
  const schema = { $ref: `#/components/schemas/${name}` };
  return list === undefined ? schema : { type: 'array', items: schema };
}

const withReferences = (schema: object): Node =>
  JSON.parse(JSON.stringify(schema).replaceAll(/"\$see":"([^"]+)"/g, '"$ref":"#/components/schemas/$1"')) as Node;

function at(paths: Record<string, Node>, request: string): Node {
  const [method = '', path = ''] = request.split(' ');
  return paths[path]?.[method.toLowerCase()] as Node;
}

const bodyOf = ({ requestBody }: Node): { properties: Node } =>
  (requestBody as { content: Record<string, { schema: { properties: Node } }> }).content['application/json']?.schema as {
    properties: Node;
  };
