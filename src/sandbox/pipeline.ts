import { answers } from '../catalog/answers.js';
import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import type { App } from './app.js';
import { ChangeLog } from './change-log.js';
import { Changes } from './changes.js';
import { control } from './control.js';
import type { Faults } from './faults.js';
import { authenticate, refuseBrowsers } from './guard.js';
import type { Call, Handler } from './handler.js';
import { handlers } from './handlers/index.js';
import { readCall } from './input.js';
import type { OperationName } from './inputs.js';
import type { Instance } from './instance.js';
import { compose, type Handle, type Middleware, type RoutedRequest, type SandboxResponse } from './middleware.js';
import { Recorder } from './request-log.js';
import { publishableKey } from './resources/frontend-api.js';
import { Router } from './router.js';
import { RowGoneError } from './rows.js';
import { notFound, refuse, SandboxError } from './sandbox-error.js';
import { asBeforePendingSessions, checkVersion, PENDING_SESSIONS, versionOf } from './versions.js';
import { lastSight } from './webhooks/events.js';
import type { Webhooks } from './webhooks/webhooks.js';

export interface AppOptions {
  readonly operations: readonly Operation[];
  readonly secretKey: string;
  readonly faults: Faults;
  readonly now: () => number;
  /** Makes a seeded instance. Called when the first request needs one, and after every reset. */
  readonly open: () => Promise<Instance>;
  /** Stand between the key check and the operation, the first outermost: faults, rate limits. */
  readonly middlewares?: readonly Middleware[];
  /** Keeps what a request changed. Awaited before its answer is sent; when it rejects, the answer is 500. */
  readonly keep?: () => Promise<void>;
  /** Told that everything begins anew. */
  readonly onReset?: () => void;
  readonly webhooks: Webhooks;
  /** What went wrong inside. Never shown to the caller. */
  readonly log: (message: string, error?: unknown) => void;
}

/** Loaded with the first key that is not the instance's. */
const machineKeys = () => import('./domain/machines.js');

export function createApp(options: AppOptions): App {
  const { webhooks } = options;
  const router = new Router(options.operations);
  const changeLog = new ChangeLog();
  let opened: { readonly instance: Instance; readonly changes: Changes } | undefined;
  const recorder = new Recorder(() => opened?.instance.now() ?? options.now());
  const open = async (): Promise<Instance> => {
    const made = await options.open();
    opened = { instance: made, changes: new Changes(lastSight(made)) };
    made.store.watch(opened.changes);
    return made;
  };
  let instance: Promise<Instance> | undefined;
  const current = () => {
    instance ??= open();
    return instance;
  };
  const reset = async () => {
    recorder.clear();
    webhooks.clear();
    changeLog.clear();
    options.onReset?.();
    instance = open();
    await instance;
  };
  /** Tells what a request has changed, whatever became of it. */
  const telling: Middleware = async (routed, next) => {
    try {
      return await next(routed);
    } finally {
      const changes = opened?.changes.take() ?? [];
      if (opened !== undefined && changes.length > 0) {
        changeLog.add(changes, routed.request, opened.instance.now());
        webhooks.tell(changes, opened.instance, routed.request);
      }
    }
  };

  const carryOut: Handle = async (routed) => {
    const { operation } = routed;
    if (operation === undefined) {
      const asked = `${routed.request.method} /${routed.request.segments.join('/')}`;
      throw refuse(404, 'resource_not_found', 'URL not found', `Clerk has no ${asked}.`);
    }
    const handler: Handler | undefined = (await handlers[operation.group]?.())?.[operation.name as OperationName];
    if (handler === undefined) {
      throw refuse(501, 'not_in_sandbox', 'Not in the sandbox', `The sandbox does not carry out ${operation.name} yet.`);
    }
    const call = await readCall(routed, operation, handler, await current());
    return answer(call, handler, await handler.run(call));
  };

  const handle = compose(
    [
      envelope(options),
      keeping(options.keep),
      telling,
      refuseBrowsers,
      control(() => app),
      recorder.middleware,
      namingVersion,
      envelope(options),
      authenticate(options.secretKey, async (key) => (await machineKeys()).machineOfKey(await current(), key)),
      checkVersion,
      ...(options.middlewares ?? []),
      // Those in the middle may spoil an answer, and a refusal is one too.
      envelope(options),
    ],
    carryOut,
  );
  const app: App = {
    handle: (request) => {
      const match = router.match(request.method, request.segments);
      return handle({ request, operation: match?.operation, params: match?.params ?? {} });
    },
    instance: current,
    publishableKey: async () => publishableKey(await current(), options.secretKey),
    requests: () => recorder.requests,
    changes: () => changeLog.changes,
    seed: async (description) => {
      const { seedInstance } = await import('./seed/seed-instance.js');
      const held = await current();
      try {
        seedInstance(held, description);
      } finally {
        opened?.changes.take();
        await options.keep?.();
      }
    },
    reset,
    advance: async (ms) => {
      (await current()).advance(ms);
      webhooks.moved();
      await webhooks.sent();
    },
    faults: options.faults,
    webhooks,
  };
  return app;
}

/** Whatever became of the request: a refused one may have changed something before it failed. */
const keeping =
  (keep: () => Promise<void> = async () => {}): Middleware =>
  async (routed, next) => {
    try {
      return await next(routed);
    } finally {
      await keep();
    }
  };

/** An answer that is not what the catalog says of it is the sandbox's fault, and never leaves it. */
function answer({ operation, version }: Call, handler: Handler, value: unknown): SandboxResponse {
  const status = handler.status ?? 200;
  const schema = answers[operation.spec.request];
  if (schema === null) return { status };
  if (schema === undefined) throw new Error(`the catalog does not say what ${operation.name} answers`);
  const checked = schema.safeParse(value);
  if (!checked.success)
    throw new Error(`${operation.name} would answer what the catalog does not declare: ${checked.error.message}`);
  if (handler.mediaType === undefined) {
    return { status, body: version < PENDING_SESSIONS ? asBeforePendingSessions(value) : value };
  }
  return { status, headers: { 'content-type': handler.mediaType }, body: new TextEncoder().encode(String(value)) };
}

/** Names the version that Clerk's addresses were answered by. */
const namingVersion: Middleware = async (routed, next) => {
  const response = await next(routed);
  return { ...response, headers: { 'clerk-api-version': versionOf(routed.request), ...response.headers } };
};

/** Turns what is thrown further in into Clerk's error envelope. */
const envelope =
  ({ log }: AppOptions): Middleware =>
  async (routed: RoutedRequest, next: Handle) => {
    try {
      return await next(routed);
    } catch (error) {
      const shown = shownAs(error);
      if (shown === INTERNAL) log(`${routed.operation?.name ?? routed.request.method} failed inside the sandbox`, error);
      const { status, headers, errors, fault } = shown;
      return {
        status,
        headers,
        body: { errors, clerk_trace_id: routed.request.traceId },
        ...(fault === undefined ? {} : { fault }),
      };
    }
  };

const INTERNAL = refuse(500, 'internal_clerk_error', 'Internal error', 'The sandbox failed; its log says why.');

function shownAs(error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  return error instanceof RowGoneError ? notFound(error.resource, error.id) : INTERNAL;
}
