import { appendFile, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportAudit } from '../../../../src/policy/audit/export/export.js';
import type { AuditFields } from '../../../../src/policy/audit/line.js';
import { AuditLog } from '../../../../src/policy/audit/log.js';
import { scratchDirectory } from '../../../support/scratch.js';

interface Attribute {
  readonly required?: true;
  readonly array?: true;
  readonly type?: string;
  readonly object?: string;
  readonly enum?: readonly number[];
}
interface Shape {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly atLeastOne?: readonly string[];
}
/** What OCSF says of the classes that are used, and of the objects in them: names, types, what is required, which numbers there are. */
const schema = JSON.parse(
  await readFile(new URL('../../../support/published/facts/ocsf-1.8.0.json', import.meta.url), 'utf8'),
) as { version: string; classes: Record<string, Shape & { category: number }>; objects: Record<string, Shape> };

type Event = Record<string, unknown> & { class_uid: number; activity_id: number; unmapped?: Record<string, unknown> };

const TYPES: Readonly<Record<string, string>> = {
  string_t: 'string',
  integer_t: 'number',
  long_t: 'number',
  float_t: 'number',
  boolean_t: 'boolean',
};

/** What of a value is not as the schema has it. */
function faults(value: unknown, shape: Shape, path: string): string[] {
  const found: string[] = [];
  const given = value as Record<string, unknown>;
  for (const [name, { required }] of Object.entries(shape.attributes)) {
    if (required === true && given[name] === undefined) found.push(`${path}.${name} is missing`);
  }
  if (shape.atLeastOne?.every((name) => given[name] === undefined))
    found.push(`${path} has none of ${shape.atLeastOne.join(', ')}`);
  for (const [name, each] of Object.entries(given)) {
    const attribute = shape.attributes[name];
    const here = `${path}.${name}`;
    if (attribute === undefined) found.push(`${here} is not in the schema`);
    else if (name !== 'unmapped') {
      if (Array.isArray(each) !== (attribute.array === true))
        found.push(`${here} ${attribute.array ? 'is no list' : 'is a list'}`);
      for (const item of [each].flat()) found.push(...faultsOf(item, attribute, here));
    }
  }
  return found;
}

function faultsOf(item: unknown, { object, type = '', enum: numbers }: Attribute, path: string): string[] {
  if (object !== undefined) {
    const shape = schema.objects[object];
    return shape === undefined ? [`${path} is an object that no facts are kept of`] : faults(item, shape, path);
  }
  if (numbers !== undefined && !numbers.includes(Number(item))) return [`${path} is ${String(item)}`];
  const wanted = TYPES[type];
  return wanted !== undefined && typeof item !== wanted ? [`${path} is no ${wanted}`] : [];
}

const directory = await scratchDirectory();
const file = `${directory}/audit.log`;
const SECRET = 'sk_live_aSecretOfTheInstanceThatIsNowhere';
let log: AuditLog;
let calls = 0;

const common = (operation: string, args: object, more: Partial<AuditFields> = {}): Omit<AuditFields, 'kind'> => ({
  call: `call-${++calls}`,
  caller: 'ada',
  transport: 'http',
  client: 'cursor',
  clientVersion: '1.2',
  instance: { kind: 'live', id: 'ins_1' },
  operation,
  risk: 'write',
  args: args as Record<string, unknown>,
  argsSha256: 'f'.repeat(64),
  rule: 'default',
  ...more,
});

async function made(
  operation: string,
  args: object,
  ended: Partial<AuditFields> = { status: 200 },
  more: Partial<AuditFields> = {},
): Promise<void> {
  const fields = common(operation, args, more);
  await log.append({ kind: 'intent', ...fields, decision: 'allowed', confirmed: 'flag' });
  await log.append({ kind: 'outcome', call: fields.call, operation, durationMs: 12, trace: 'trace_1', ...ended });
}

beforeAll(async () => {
  log = await AuditLog.open({ file });
  await made('Users_createNewUser', { email_address: ['grace@export.example'] });
  await made('Users_getUserDetails', { user_id: 'user_1' }, { status: 200 }, { risk: 'read' });
  await made(
    'Users_markBanned',
    { user_id: 'user_1' },
    { status: 200 },
    { risk: 'destructive', strength: 'flag', target: 'Grace (user_1)' },
  );
  await made('Users_banMany', { user_ids: ['user_1', 'user_2'] });
  await made('Users_lockUser', { user_id: 'user_nobody' }, { status: 404, code: 'resource_not_found' });
  await made('Users_deleteUserById', { user_id: 'user_1' }, { code: 'timeout', mayHaveHappened: true });
  await made('Users_updateUserAttributes', { user_id: 'user_1', password: '[masked]' });
  await made('Users_updateUserAttributes', { user_id: 'user_1', first_name: 'G' });
  await made('Organizations_createNewOrganization', { name: 'Acme' });
  await made('Organizations_deleteOrganization', { organization_id: 'org_1' });
  await made('OrganizationMemberships_addUserToOrganization', { organization_id: 'org_1', user_id: 'user_1', role: 'org:admin' });
  await made('OrganizationMemberships_removeUserFromOrganization', { organization_id: 'org_1', user_id: 'user_1' });
  await made('OrganizationMemberships_updateMembershipProperties', {
    organization_id: 'org_1',
    user_id: 'user_1',
    role: 'org:member',
  });
  await made('JwtTemplates_createTemplate', { name: SECRET });
  await made('apply_plan', { plan_id: 'plan_1' });
  await log.append({
    kind: 'refused',
    ...common('Domains_deleteSatelliteDomain', { domain_id: 'dmn_1' }),
    decision: 'refused',
    reason: 'confirmation_required',
  });
  await log.append({ kind: 'asked', ...common('Users_markBanned', { user_id: 'user_3' }), decision: 'asked', way: 'page' });
  await log.append({ kind: 'intent', ...common('Sessions_revokeSession', { session_id: 'sess_1' }) });
  await log.close();
});

async function events(filters = {}): Promise<Event[]> {
  const all: Event[] = [];
  for await (const line of exportAudit([file], 'ocsf', filters)) all.push(JSON.parse(line) as Event);
  return all;
}

describe('events of OCSF', () => {
  it('are all as the schema has their class', async () => {
    const all = await events();
    const found = all.flatMap((event) => {
      const shape = schema.classes[event.class_uid];
      return shape === undefined ? [`class ${event.class_uid}`] : faults(event, shape, `${event.class_uid}`);
    });
    expect(found).toEqual([]);
    for (const event of all) {
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
      expect(event.category_uid).toBe(schema.classes[event.class_uid]?.category);
      expect(event).toMatchObject({ metadata: { version: schema.version, product: { name: 'clerk-mcp' } } });
      expect(String(event.time)).toMatch(/^\d{13}$/);
    }
    const uids = all.map(({ metadata }) => (metadata as { uid: string }).uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it('tell of every call as API Activity, and of what it changes by the class that has it', async () => {
    const seen = (await events()).map((event) => {
      const api = event.api as { operation: string } | undefined;
      return `${event.type_name} ${event.status ?? ''} ${api?.operation ?? ''}`.trim();
    });
    expect(seen).toEqual([
      'Application Lifecycle: Start',
      'API Activity: Create Success Users_createNewUser',
      'Account Change: Create Success',
      'API Activity: Read Success Users_getUserDetails',
      'API Activity: Update Success Users_markBanned',
      'Account Change: Disable Success',
      'API Activity: Update Success Users_banMany',
      'Account Change: Disable Success',
      'Account Change: Disable Success',
      'API Activity: Update Failure Users_lockUser',
      'Account Change: Lock Failure',
      'API Activity: Delete Unknown Users_deleteUserById',
      'Account Change: Delete Unknown',
      'API Activity: Update Success Users_updateUserAttributes',
      'Account Change: Password Reset Success',
      'API Activity: Update Success Users_updateUserAttributes',
      'Entity Management: Update Success',
      'API Activity: Create Success Organizations_createNewOrganization',
      'Group Management: Create Success',
      'API Activity: Delete Success Organizations_deleteOrganization',
      'Group Management: Delete Success',
      'API Activity: Create Success OrganizationMemberships_addUserToOrganization',
      'Group Management: Add User Success',
      'API Activity: Delete Success OrganizationMemberships_removeUserFromOrganization',
      'Group Management: Remove User Success',
      'API Activity: Update Success OrganizationMemberships_updateMembershipProperties',
      'User Access Management: Assign Privileges Success',
      'API Activity: Create Success JwtTemplates_createTemplate',
      'Entity Management: Create Success',
      'API Activity: Other Success apply_plan',
      'API Activity: Delete Failure Domains_deleteSatelliteDomain',
      'API Activity: Update Asked Users_markBanned',
      'Application Lifecycle: Stop',
      'API Activity: Delete Unknown Sessions_revokeSession',
      'Entity Management: Delete Unknown',
    ]);
  });

  it('name who, what and how it ended', async () => {
    const [ban] = (await events({ operation: 'Users_markBanned' })).filter(({ class_uid }) => class_uid === 6003);
    expect(ban).toMatchObject({
      severity_id: 2,
      status_code: '200',
      actor: { user: { name: 'ada' }, app_name: 'cursor' },
      api: { operation: 'Users_markBanned', request: { uid: 'call-3' }, response: { code: 200 } },
      resources: [{ uid: 'user_1', type: 'user', name: 'Grace (user_1)', role_id: 1 }],
      metadata: { correlation_uid: 'call-3', tenant_uid: 'ins_1' },
      unmapped: { risk: 'destructive', confirmed: 'flag', durationMs: 12 },
    });
    const [account] = (await events({ operation: 'Users_createNewUser' })).filter(({ class_uid }) => class_uid === 3001);
    expect(account?.user).toEqual({ name: 'grace@export.example', type_id: 1 });
  });

  it('hold no secret, and say of a line that was changed that it was', async () => {
    const copy = `${directory}/changed.log`;
    await appendFile(copy, (await readFile(file, 'utf8')).replace('"caller":"ada"', '"caller":"eve"'));
    const texts: string[] = [];
    for await (const line of exportAudit([copy], 'ocsf', {})) texts.push(line);
    expect(texts.join('\n')).not.toContain('aSecretOfTheInstance');
    const changed = texts.map((text) => JSON.parse(text) as Event).filter(({ unmapped }) => unmapped?.intact === false);
    expect(changed).toMatchObject([{ severity_id: 4, actor: { user: { name: 'eve' } } }]);
  });

  it('are made of a log with anything in it', async () => {
    const odd = `${directory}/odd.log`;
    const forged = {
      seq: 1,
      prev: '',
      time: 'never',
      kind: 'intent',
      call: 7,
      operation: 'Users_x_y',
      args: [1],
      approval: { words: 'x' },
    };
    await appendFile(
      odd,
      `no JSON\n${JSON.stringify(forged)}\n${JSON.stringify({ ...forged, kind: 'refused', args: null, target: {} })}\n`,
    );
    const all: string[] = [];
    for await (const line of exportAudit([odd], 'ocsf', {})) all.push(line);
    expect(all.length).toBeGreaterThan(1);
  });
});

it('lets no line that was added take a call away', async () => {
  const real = `${directory}/hidden.log`;
  const log = await AuditLog.open({ file: real });
  await log.append({ kind: 'intent', ...common('Users_markBanned', { user_id: 'user_1' }), call: 'call_1' });
  await log.close();
  const [first = ''] = (await readFile(real, 'utf8')).split('\n').filter((line) => line.includes('call_1'));
  const forged = { ...(JSON.parse(first) as object), caller: 'forged' };
  const start = { ...forged, kind: 'start', call: undefined, operation: undefined, notSent: ['call_1'] };
  await appendFile(real, [forged, start, { ...start, notSent: 7 }].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const rows: string[] = [];
  for await (const row of exportAudit([real], 'csv', {})) rows.push(row);
  expect(rows.filter((row) => row.includes('Users_markBanned')).map((row) => row.endsWith(',true'))).toEqual([true, false]);
});

it('is a table of calls as CSV, in which no cell is a formula', async () => {
  const formula = `${directory}/formula.log`;
  const other = await AuditLog.open({ file: formula });
  await other.append({
    kind: 'refused',
    ...common('Users_markBanned', {}),
    caller: '=cmd()',
    target: 'a "b", c',
    reason: 'denied',
  });
  const hidden = ['\u200b=1+1', '\uff1dcmd()', ' +1', 'x;=cmd()', 'x;"=cmd()', 'x\n@SUM(1)', '\t-1'];
  for (const caller of hidden) await other.append({ kind: 'refused', ...common('Users_markBanned', { n: 1 }), caller });
  await other.close();
  const rows: string[] = [];
  for await (const row of exportAudit([formula], 'csv', {})) rows.push(row);
  expect(rows).toHaveLength(2 + hidden.length);
  for (const row of rows.slice(2)) {
    // However it is split, no part begins like a formula.
    for (const cell of row.split(/[,;\t\n]/)) expect(cell).not.toMatch(/^[\p{C}\p{Z}"]*[=+@\uff1d-]/u);
  }
  expect(rows[0]).toMatch(/^time,seq,call,caller,/);
  expect(rows[1]).toContain(`,'=cmd(),cursor,`);
  expect(rows[1]).toContain('"a ""b"", c",refused,denied');
});
