import { AjvJsonSchemaValidator as ModernValidator } from '@modelcontextprotocol/client/validators/ajv';
import { AjvJsonSchemaValidator as EmbeddedValidator } from '@modelcontextprotocol/sdk/validation/ajv';

/**
 * What the SDKs' clients hold answers against schemas with by default, but with each schema compiled once for all clients of
 * a file: to compile those of all tools takes seconds.
 */
export const embeddedValidator = compiledOnce(new EmbeddedValidator());
export const modernValidator = compiledOnce(new ModernValidator());

function compiledOnce<V extends { getValidator: (schema: never) => unknown }>(validator: V): V {
  const compile = validator.getValidator.bind(validator);
  const compiled = new Map<string, unknown>();
  validator.getValidator = (schema: never) => {
    const text = JSON.stringify(schema);
    const check = compiled.get(text) ?? compile(schema);
    compiled.set(text, check);
    return check;
  };
  return validator;
}
