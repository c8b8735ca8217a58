/**
 * For `node --import`: the suite imports `globSync` from `fs`, which Node has only since version 22. On an older one,
 * whoever imports `fs` from inside the suite gets a module that has it.
 */
import fs from 'node:fs';
import { register } from 'node:module';

const FS_WITH_GLOB = `
  import fs from 'node:fs';
  import { createRequire } from 'node:module';
  export * from 'node:fs';
  export default fs;
  const picomatch = createRequire(${JSON.stringify(import.meta.url)})('picomatch');
  export const globSync = (pattern, { cwd = process.cwd() } = {}) =>
    fs.readdirSync(cwd, { recursive: true }).filter(picomatch(pattern));
`;

const HOOKS = `
  const url = ${JSON.stringify(`data:text/javascript,${encodeURIComponent(FS_WITH_GLOB)}`)};
  export const resolve = (specifier, context, next) =>
    specifier === 'fs' && context.parentURL?.includes('/@modelcontextprotocol/conformance/')
      ? { url, shortCircuit: true }
      : next(specifier, context);
`;

if (!('globSync' in fs)) register(`data:text/javascript,${encodeURIComponent(HOOKS)}`);
