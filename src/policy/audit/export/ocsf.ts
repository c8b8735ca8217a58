import { VERSION } from '../../../platform/version.js';
import type { AuditLine } from '../line.js';
import { approversOf, argsOf, type ExportedEntry } from './calls.js';
import { CLASSES, type ClassName, crudOf, iamClassOf, OCSF_VERSION } from './ocsf-classes.js';

/** An event of OCSF; which attributes it has depends on its class. */
export type OcsfEvent = Readonly<Record<string, unknown>>;

const PRODUCT = { name: 'clerk-mcp', vendor_name: 'clerk-mcp', version: VERSION, uid: 'clerk-mcp' } as const;
const SERVICE = { name: 'Clerk Backend API' } as const;
const SEVERITIES = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High' } as const;
type Severity = keyof typeof SEVERITIES;

/**
 * The events of an entry: one of API Activity for every call and decision; for a call whose request was sent and that changes
 * something also one of Identity & Access Management, or one for each user that it is about; and starts and stops of the process.
 */
export function ocsfEvents(entry: ExportedEntry): readonly OcsfEvent[] {
  const { kind } = entry.line;
  if (kind === 'start' || kind === 'stop') return [lifecycle(entry)];
  if (entry.line.operation === undefined) return [];
  return [apiActivity(entry), ...(kind === 'intent' ? iamEvents(entry) : [])];
}

function lifecycle(entry: ExportedEntry): OcsfEvent {
  const { kind, reason, lost, torn, open, pid } = entry.line;
  const isOdd = reason !== undefined || lost !== undefined || torn !== undefined || (open?.length ?? 0) > 0;
  return {
    ...base(entry, 'lifecycle', kind === 'start' ? 3 : 4, isOdd ? 4 : 1),
    app: PRODUCT,
    message: isOdd
      ? `The server started, and found its record not as a stop leaves it${reason === undefined ? '' : `: ${reason}`}`
      : `The server ${kind === 'start' ? 'started' : 'stopped'}`,
    unmapped: compact({ pid, reason, lost, torn, open, intact: entry.intact ? undefined : false }),
  };
}

function apiActivity(entry: ExportedEntry): OcsfEvent {
  const { line, outcome } = entry;
  const { operation = '', call, caller, transport, client, clientVersion } = line;
  const [group] = operation.split('_');
  const resources = resourcesOf(line);
  return {
    ...base(entry, 'api', crudOf(line), severityOf(entry)),
    ...statusOf(entry),
    message: messageOf(entry),
    actor: actorOf(line),
    api: {
      operation,
      service: SERVICE,
      ...(/^[A-Z]\w*_/.test(operation) && { group: { name: group } }),
      ...(call !== undefined && { request: { uid: call } }),
      ...(outcome !== undefined && { response: compact({ code: outcome.status, error: outcome.code }) }),
    },
    src_endpoint: {
      name: client ?? caller ?? 'local',
      svc_name: 'mcp',
      ...(transport !== undefined && { type: transport, type_id: 99 }),
    },
    ...(resources.length > 0 && { resources }),
    unmapped: compact({
      kind: line.kind,
      instance: line.instance,
      risk: line.risk,
      decision: line.decision,
      reason: line.reason,
      rule: line.rule,
      strength: line.strength,
      way: line.way,
      confirmed: line.confirmed,
      approvers: approversOf(line)?.map(({ approver, method }) => ({ approver, method })),
      args: line.args,
      argsSha256: line.argsSha256,
      clientVersion,
      trace: outcome?.trace,
      mayHaveHappened: outcome?.mayHaveHappened,
      durationMs: outcome?.durationMs,
      seq: line.seq,
      outcomeSeq: outcome?.seq,
      intact: entry.intact ? undefined : false,
    }),
  };
}

function iamEvents(entry: ExportedEntry): readonly OcsfEvent[] {
  const { line } = entry;
  const found = iamClassOf(line);
  if (found === undefined) return [];
  const { name, activity } = found;
  const common = { ...statusOf(entry), message: messageOf(entry), actor: actorOf(line) };
  const event = (nth: number, more: object): OcsfEvent => ({
    ...base(entry, name, activity, severityOf(entry), nth),
    ...common,
    ...more,
  });
  const { user_id, user_ids, organization_id, role, name: called } = argsOf(line);
  const users = [user_id, user_ids].flat().filter((each) => typeof each === 'string');
  if (name === 'account') {
    if (users.length === 0) return [event(0, { user: { name: newcomer(line), type_id: 1 } })];
    return users.map((uid, nth) =>
      event(nth, { user: compact({ uid, name: users.length === 1 ? line.target : undefined, type_id: 1 }) }),
    );
  }
  const [uid] = users;
  const user = uid === undefined ? undefined : { uid, type_id: 1 };
  if (name === 'group') {
    const group = compact({
      uid: organization_id,
      name: organization_id === undefined ? (called ?? 'a new organization') : undefined,
      type: 'organization',
    });
    return [event(0, { group, ...(user && { user }) })];
  }
  if (name === 'access') return user === undefined ? [] : [event(0, { user, privileges: [String(role)] })];
  return [event(0, { entity: entityOf(line) })];
}

/** Who a call makes a user of, as far as the record tells. */
function newcomer(line: AuditLine): string {
  const { target } = line;
  const args = argsOf(line);
  const given = [target, args.username, args.email_address, args.external_id]
    .flat()
    .find((each) => typeof each === 'string' && each !== '');
  return typeof given === 'string' ? given : 'a new user';
}

/** What a call changes: the kind of thing by the operation's group, and the first thing that it names. */
function entityOf(line: AuditLine): object {
  const { operation = '', target } = line;
  const [group = ''] = operation.split('_');
  const [id] = Object.entries(argsOf(line)).flatMap(([key, value]) =>
    key.endsWith('_id') && typeof value === 'string' ? [value] : [],
  );
  const kinds: Readonly<Record<string, readonly [number, string]>> = { Users: [2, 'User'], Organizations: [4, 'Organization'] };
  const [type_id, type] = kinds[group] ?? [99, group];
  return compact({ uid: id, name: target ?? (id === undefined ? group : undefined), type_id, type });
}

/** The things that a call names, the first of which is its target. */
function resourcesOf(line: AuditLine): readonly object[] {
  const { target } = line;
  const named = Object.entries(argsOf(line)).flatMap(([key, value]) => {
    const type = /^(\w+)_ids?$/.exec(key)?.[1];
    const uids = type === undefined ? [] : [value].flat().filter((each) => typeof each === 'string');
    return uids.map((uid) => ({ uid, type }));
  });
  if (named.length === 0) return target === undefined ? [] : [{ name: target, role_id: 1 }];
  return named.map((resource, nth) => compact({ ...resource, name: nth === 0 ? target : undefined, role_id: nth === 0 ? 1 : 4 }));
}

const actorOf = ({ caller, client }: AuditLine): object => ({
  user: compact({ name: caller ?? 'local', uid: caller, type_id: caller === undefined || caller === 'local' ? 0 : 1 }),
  ...(client !== undefined && { app_name: client }),
});

/** What every event has. @param nth of several events of one class and entry */
function base({ line, sha256 }: ExportedEntry, name: ClassName, activity: number, severity: Severity, nth = 0): OcsfEvent {
  const { uid, name: class_name, category, activities } = CLASSES[name];
  const activity_name = (activities as Readonly<Record<number, string>>)[activity] ?? 'Other';
  return {
    metadata: compact({
      version: OCSF_VERSION,
      product: PRODUCT,
      log_name: 'clerk-mcp audit',
      uid: `${sha256.slice(0, 32)}-${uid}${nth === 0 ? '' : `-${nth}`}`,
      original_event_uid: sha256,
      original_time: line.time,
      sequence: line.seq,
      correlation_uid: line.call,
      tenant_uid: line.instance?.id,
    }),
    time: Date.parse(line.time) || 0,
    category_uid: category.uid,
    category_name: category.name,
    class_uid: uid,
    class_name,
    activity_id: activity,
    activity_name,
    type_uid: uid * 100 + activity,
    type_name: `${class_name}: ${activity_name}`,
    severity_id: severity,
    severity: SEVERITIES[severity],
  };
}

function statusOf({ line, outcome }: ExportedEntry): OcsfEvent {
  const { kind, reason } = line;
  const known = (id: 0 | 1 | 2, more: object = {}) => ({
    status_id: id,
    status: (['Unknown', 'Success', 'Failure'] as const)[id],
    ...more,
  });
  if (kind === 'refused')
    return known(2, compact({ status_code: reason, status_detail: 'refused by the policy or a person; nothing was sent' }));
  if (kind === 'asked' || kind === 'unanswered') {
    const status = kind === 'asked' ? 'Asked' : 'Unanswered';
    return { status_id: 99, status, status_detail: 'put before a person; nothing was sent' };
  }
  if (outcome === undefined || outcome.mayHaveHappened === true) {
    return known(0, compact({ status_code: outcome?.code, status_detail: 'it may have happened' }));
  }
  const { status, code } = outcome;
  const hasFailed = code !== undefined || (status ?? 200) >= 400;
  return known(
    hasFailed ? 2 : 1,
    compact({ status_code: status === undefined ? code : String(status), status_detail: hasFailed ? code : undefined }),
  );
}

/** What was gated matters more than what was not, what may have happened more than what did, and a changed line most. */
function severityOf({ line, outcome, intact }: ExportedEntry): Severity {
  if (!intact) return 4;
  if (line.kind === 'intent' && (outcome === undefined || outcome.mayHaveHappened === true)) return 3;
  const isGated = line.strength !== undefined || ['destructive', 'credential', 'access'].includes(line.risk ?? '');
  return isGated || line.kind !== 'intent' ? 2 : 1;
}

function messageOf({ line, outcome }: ExportedEntry): string {
  const { operation, caller = 'local', target, kind } = line;
  const did =
    kind === 'intent'
      ? outcome === undefined
        ? 'began'
        : 'called'
      : { refused: 'was refused', asked: 'asked for', unanswered: 'got no answer for' }[kind as 'refused'];
  return `${caller} ${did} ${operation}${target === undefined ? '' : ` on ${target}`}`;
}

/** Without what is not known. */
function compact(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
