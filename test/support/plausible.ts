import { afterAll, beforeEach } from 'vitest';
import type { Operation } from '../../src/catalog/operation.js';
import { operations } from '../../tools/index.js';
import { type RecordedRequest, RecordingServer, type Reply } from './recording-server.js';

const segments = (path: string): string[] => path.split('/').filter((part) => part !== '');

/** How many segments of a template are fixed; `undefined` where the path is none of it. */
function fixedSegments(template: string, path: string): number | undefined {
  const [wanted, given] = [segments(template), segments(path)];
  if (wanted.length !== given.length) return undefined;
  const fixed = wanted.filter((part) => !part.startsWith('{'));
  return wanted.every((part, index) => part.startsWith('{') || part === given[index]) ? fixed.length : undefined;
}

const pathOf = ({ url }: RecordedRequest): string => new URL(url, 'http://upstream').pathname.replace(/^\/v1/, '');

/** What was found before, by method and path: the same few requests come thousands of times. */
const found = new Map<string, Operation | undefined>();

/** The operation whose request this is: of several that fit, the one with the least placeholders. */
export function operationOf(request: RecordedRequest): Operation | undefined {
  const path = pathOf(request);
  const key = `${request.method} ${path}`;
  if (!found.has(key)) found.set(key, find(request.method, path));
  return found.get(key);
}

function find(asked: string, path: string): Operation | undefined {
  const fits = operations
    .filter(({ method }) => method === asked)
    .map((operation) => ({ operation, fixed: fixedSegments(operation.path, path) }))
    .filter(({ fixed }) => fixed !== undefined);
  return fits.sort((a, b) => (b.fixed ?? 0) - (a.fixed ?? 0))[0]?.operation;
}

const singular = (name: string): string => name.replace(/ies$/, 'y').replace(/s$/, '');

/** The ids that sample arguments give to what is looked up in a list. */
const listed = [...new Set(operations.map(({ spec }) => spec.target?.find).filter((name) => name !== undefined))].map(
  (name) => `${name}_value`,
);

/** Answers every request as an instance would in which everything that is asked for exists. */
export function plausibleReply(request: RecordedRequest): Reply {
  const parts = segments(pathOf(request));
  const resource = (id: string, of: string) => ({
    object: singular(of),
    id,
    name: `name of ${id}`,
    first_name: 'Ada',
    email_addresses: [{ object: 'email_address', id: 'idn_1', email_address: 'ada@example.com' }],
  });
  const operation = operationOf(request);
  const last = parts.at(-1) ?? '';
  if (operation?.path.endsWith('}')) return { body: resource(decodeURIComponent(last), parts.at(-2) ?? '') };
  if (operation?.name === 'Users_getTotalCount') return { body: { object: 'total_count', total_count: 2 } };
  if (operation?.name === 'Domains_getAllDomains') {
    const data = [...listed, 'dmn_1'].map((id) => ({ object: 'domain', id, name: 'example.com', is_satellite: id !== 'dmn_1' }));
    return { body: { data, total_count: data.length } };
  }
  const data = listed.map((id) => resource(id, last));
  return { body: request.method === 'GET' ? { data, total_count: data.length } : resource('id_1', last) };
}

/** An upstream of the test file's own that answers like that, and forgets before each test what came. */
export async function plausibleUpstream(): Promise<RecordingServer> {
  const upstream = await RecordingServer.start();
  beforeEach(() => {
    upstream.reset();
    upstream.reply = plausibleReply;
  });
  afterAll(() => upstream.stop());
  return upstream;
}
