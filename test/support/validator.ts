import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';

/**
 * What the SDKs' clients hold answers against schemas with by default (both have Ajv behind the same interface), but with each
 * schema compiled once for all clients of a file: to compile those of all tools takes seconds.
 */
export const validator = compiledOnce(new AjvJsonSchemaValidator());

function compiledOnce<V extends { getValidator: (schema: never) => unknown }>(ajv: V): V {
  const compile = ajv.getValidator.bind(ajv);
  const compiled = new Map<string, unknown>();
  ajv.getValidator = (schema: never) => {
    const text = JSON.stringify(schema);
    const check = compiled.get(text) ?? compile(schema);
    compiled.set(text, check);
    return check;
  };
  return ajv;
}
