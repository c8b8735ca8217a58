import { createMetrics } from '../../src/call/metrics.js';
import { Catalog } from '../../src/catalog/catalog.js';
import { MemoryStore } from '../../src/limits/memory.js';
import { openAuthentication } from '../../src/mcp/auth/open.js';
import { ClientAddress } from '../../src/mcp/http/address.js';
import { CallLimits } from '../../src/mcp/http/caller-limits.js';
import type { Connection } from '../../src/mcp/http/connection.js';
import { defaultHosts, Hosts } from '../../src/mcp/http/hosts.js';
import { createListener } from '../../src/mcp/http/listener.js';
import { Mount } from '../../src/mcp/http/mount.js';
import { Probes } from '../../src/mcp/http/probes.js';
import { Router } from '../../src/mcp/http/router.js';
import { Sessions } from '../../src/mcp/http/sessions.js';
import { createLogger } from '../../src/platform/logger.js';
import { createFixtureServer } from './fixtures/server.js';

const HOST = '127.0.0.1';

export interface Application {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the fixtures on a free port by what serves clerk-mcp itself: the same listener, router, sessions and limits. */
export async function startApplication(): Promise<Application> {
  const logger = createLogger('error');
  const counter = new MemoryStore();
  const calls = new CallLimits({ counter });
  const sessions = new Sessions<Connection | undefined>();
  const metrics = await createMetrics({
    tools: [],
    sessions: () => sessions.size,
    inFlight: () => calls.inFlight,
    droppedLogLines: () => 0,
  });
  const mount = new Mount({
    ...(await openAuthentication({ kind: 'none', host: HOST }, { logger, revocations: undefined, catalog: new Catalog([]) })),
    suffix: '',
    createServer: createFixtureServer,
    sessions,
    calls,
    messages: new CallLimits({ what: 'messages', counter, maxPerMinute: 6000 }),
    body: {},
    metrics,
    logger,
    basePath: '',
    sse: true,
    quickPath: true,
  });
  const router = new Router({
    mounts: [mount],
    hosts: new Hosts(defaultHosts(HOST)),
    address: new ClientAddress(),
    probes: new Probes({ upstreams: [async () => undefined], isStopping: () => false }),
    metrics,
    logger,
    basePath: '',
  });
  const listener = createListener((request, context) => router.handle(request, context), {
    onError: (error) => logger.error({ err: error }, 'http'),
  });
  const port = await listener.listen(0, HOST);
  return {
    url: `http://${HOST}:${port}`,
    close: async () => {
      await router.close();
      await listener.stop(0);
    },
  };
}
