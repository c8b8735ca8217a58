import * as z from 'zod';
import type { deletedObject } from '../../catalog/resources/common.js';
import { answers, type Call, type Handler, type HandlerOptions, type Naming } from '../handler.js';
import type { Inputs } from '../inputs.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { users } from '../resources/user.js';
import { notFound, refuseParam } from '../sandbox-error.js';
import type { Row } from '../table.js';

/** The row with this id. @throws SandboxError 404. */
export function must<R extends Row, Unique extends string, Lookup extends string>(
  instance: Instance,
  resource: Resource<R, Unique, Lookup>,
  id: string,
): R {
  const row = instance.get(resource, id);
  if (row === undefined) throw notFound(resource.title, id);
  return row;
}

/** The row that a path parameter names. Default: the parameter `{resource name}_id`. @throws SandboxError 404. */
const named = <R extends Row>({ instance, path }: Call<Inputs>, resource: Resource<R>, param = `${resource.name}_id`): R =>
  must(instance, resource, (path as Readonly<Record<string, string>>)[param] ?? '');

/** A row of the user that the path's `user_id` names. @throws SandboxError 404 when there is none, or it is another's. */
export function mustOfUser<R extends Row & { readonly user_id: string }>(
  { instance, path }: Naming<'user_id'>,
  resource: Resource<R>,
  id: string,
): R {
  const { id: userId } = must(instance, users, path.user_id);
  const row = must(instance, resource, id);
  if (row.user_id !== userId) throw notFound(resource.title, row.id);
  return row;
}

/** A handler that answers with the row named in the path. */
export const gets = <R extends Row>(resource: Resource<R>, param?: string): Handler =>
  answers((call) => resource.show(named(call, resource, param), call.instance));

/** A handler that makes a row and answers with it. */
export const creates = <R extends Row, I extends Inputs>(
  resource: Resource<R>,
  create: (call: Call<I>) => R | Promise<R>,
  options?: HandlerOptions,
): Handler<I> => answers(async (call) => resource.show(await create(call), call.instance), options);

/** A handler that changes the row named in the path and answers with it. */
export const changes = <R extends Row, I extends Inputs>(
  resource: Resource<R>,
  change: (row: R, call: Call<I>) => unknown,
  { param, ...options }: HandlerOptions & { readonly param?: string } = {},
): Handler<I> =>
  answers(async (call) => {
    const row = named(call, resource, param);
    await change(row, call);
    return resource.show(row, call.instance);
  }, options);

/** What a deletion answers. */
export const deleted = (resource: { readonly name: string }, row: { readonly id: string }): z.infer<typeof deletedObject> => ({
  object: resource.name,
  id: row.id,
  deleted: true,
});

/** A handler that deletes the row named in the path, with all that belongs to it. */
export const deletes = <R extends Row>(
  resource: Resource<R>,
  options: { readonly param?: string; readonly remove?: (row: R, instance: Instance) => void } = {},
): Handler =>
  answers((call) => {
    const row = named(call, resource, options.param);
    if (options.remove === undefined) call.instance.delete(resource, row);
    else options.remove(row, call.instance);
    return deleted(resource, row);
  });

/** RFC 3339 as Unix milliseconds. @throws SandboxError `form_param_invalid_time`. */
export function parseTime(text: string, param: string): number {
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) {
    const why = `${param} must be a time such as 2024-10-20T07:15:20.902Z.`;
    throw refuseParam('form_param_invalid_time', param, 'is invalid', why);
  }
  return Date.parse(text);
}

/** The flags that were given: null leaves one as it is. */
export const flagsOf = <Name extends string>(
  body: { readonly [N in Name]?: boolean | null | undefined },
  names: readonly Name[],
): Partial<Record<Name, boolean>> =>
  Object.fromEntries(names.map((name) => [name, body[name]]).filter(([, value]) => typeof value === 'boolean'));
