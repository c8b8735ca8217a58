import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { DEPLOY, readDeployed, settingsOf } from './files.js';

const HEALTH = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
  retries: z.int(),
});

/** The part of the Compose specification that the file keeps to; a field that is not in here is misspelt. */
const serviceSchema = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  restart: z.literal('unless-stopped'),
  init: z.boolean().optional(),
  user: z.string().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  mem_limit: z.string(),
  pids_limit: z.int().optional(),
  stop_grace_period: z.string().optional(),
  logging: z
    .strictObject({ driver: z.literal('local'), options: z.strictObject({ 'max-size': z.string(), 'max-file': z.string() }) })
    .optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string().startsWith('127.0.0.1:')).optional(),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4() }))]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  healthcheck: HEALTH.optional(),
});

const schema = z.strictObject({
  name: z.string(),
  'x-server': serviceSchema,
  services: z.record(z.string(), serviceSchema),
  networks: z.record(
    z.string(),
    z.strictObject({
      internal: z.boolean().optional(),
      ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.cidrv4() })) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string().startsWith('./secrets/') })),
});

const document = parseDocument(readDeployed('compose.yaml'), { merge: true });
const compose = schema.parse(document.toJS());
const servers = Object.entries(compose.services).filter(([, { image }]) => image === compose.name);
const networksOf = (service: z.output<typeof serviceSchema>): string[] =>
  Array.isArray(service.networks) ? service.networks : Object.keys(service.networks);

describe('the compose file', () => {
  it('is YAML without a fault', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  it('names only services, networks, volumes, secrets and files that there are', () => {
    const named = { networks: new Set<string>(), secrets: new Set<string>() };
    for (const service of Object.values(compose.services)) {
      for (const name of networksOf(service)) named.networks.add(name);
      for (const name of service.secrets ?? []) named.secrets.add(name);
      for (const name of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(name);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./nginx/')) expect(existsSync(`${DEPLOY}/${source}`)).toBe(true);
        else if (!source.startsWith('./')) expect(compose.volumes).toHaveProperty(source);
      }
    }
    expect([...named.networks].sort()).toEqual(Object.keys(compose.networks).sort());
    expect([...named.secrets].sort()).toEqual(Object.keys(compose.secrets).sort());
  });

  it('runs two servers with settings that the program takes', async () => {
    expect(servers).toHaveLength(2);
    for (const [, { environment = {}, build }] of servers) {
      expect(existsSync(`${DEPLOY}/${build?.context}/${build?.dockerfile}`)).toBe(true);
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.startsWith('${') ? 'from-the-person-who-hosts.example' : value,
        ]),
      );
      const settings = await settingsOf({ env });
      expect(settings.values.auditLog).toBe('-');
      expect(settings.http).toMatchObject({ auth: 'token', store: 'redis://redis:6379' });
      expect(environment.CLERK_SECRET_KEY_FILE).toBe('/run/secrets/clerk_secret_key');
      // What nobody has set stops the start of all, with what to do.
      for (const name of ['CLERK_MCP_SIGNING_KEY', 'CLERK_MCP_AUDIT_KEY', 'CLERK_MCP_ALLOWED_HOSTS']) {
        expect(environment[name]).toMatch(new RegExp(`^\\$\\{${name}:\\?.+\\}$`));
      }
    }
  });

  it('lets only nginx be believed, and only nginx be reached', () => {
    const nginx = compose.services.nginx;
    const front = Array.isArray(nginx?.networks) ? undefined : nginx?.networks.front;
    for (const [, { environment, ports }] of servers) {
      expect(environment?.CLERK_MCP_TRUSTED_PROXIES).toBe(front?.ipv4_address);
      expect(ports).toBeUndefined();
    }
    const { redis } = compose.services;
    expect(redis?.ports).toBeUndefined();
    expect(redis === undefined ? [] : networksOf(redis)).toEqual(['store']);
    expect(compose.networks.store?.internal).toBe(true);
  });

  it('sends nginx to the servers that there are', () => {
    const targets = [...readDeployed('nginx/servers.compose.conf').matchAll(/^server (\S+):(\d+) /gm)];
    expect(targets.map(([, name]) => name)).toEqual(servers.map(([name]) => name));
    for (const [, , port] of targets) expect(readDeployed('Dockerfile')).toContain(`CLERK_MCP_PORT=${port}`);
  });

  it('has a Redis that forgets nothing', () => {
    const command = compose.services.redis?.command?.join(' ');
    for (const setting of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']) {
      expect(command).toContain(setting);
    }
  });

  it('waits for health, which everything that is waited for can show', () => {
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const name of Object.keys(depends_on)) {
        const health = compose.services[name]?.healthcheck !== undefined || servers.some(([server]) => server === name);
        expect([name, health]).toEqual([name, true]);
      }
    }
    expect(readDeployed('Dockerfile')).toMatch(/^HEALTHCHECK /m);
  });
});
