import { readdirSync } from 'node:fs';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { DEPLOY, readDeployed, settingsOf } from './files.js';

const KINDS = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
};

interface Manifest {
  readonly file: string;
  readonly kind: string;
  readonly value: Record<string, unknown>;
}

const files = readdirSync(`${DEPLOY}/kubernetes`);
const manifests: Manifest[] = files
  .filter((file) => file !== 'kustomization.yaml')
  .flatMap((file) =>
    parseAllDocuments(readDeployed(`kubernetes/${file}`)).map((document) => {
      expect(document.errors).toEqual([]);
      const value = document.toJS() as Record<string, unknown>;
      return { file, kind: String(value.kind), value };
    }),
  );

const one = <T>(kind: keyof typeof KINDS): T => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.value as T;
};

const deployment = one<Deployment & { spec: NonNullable<Deployment['spec']> }>('Deployment');
const pod = deployment.spec.template.spec;
const container = pod?.containers[0];
const labels = deployment.spec.template.metadata?.labels;

/** Every path to a value in it: `spec.ports.0.name`. */
const pathsOf = (value: unknown, path = ''): string[] =>
  value === null || typeof value !== 'object'
    ? [path]
    : Object.entries(value).flatMap(([key, child]) => pathsOf(child, path === '' ? key : `${path}.${key}`));

function watched<T extends object>(value: T, read: Set<string>, path = ''): T {
  return new Proxy(value, {
    get(target, key) {
      const here = path === '' ? String(key) : `${path}.${String(key)}`;
      read.add(here);
      const child: unknown = Reflect.get(target, key);
      return child !== null && typeof child === 'object' ? watched(child, read, here) : child;
    },
  });
}

/** The API refuses fields that it does not know; the validator only never looks at them. */
function unknownFields(kind: string, value: Record<string, unknown>): string[] {
  const read = new Set<string>();
  // The constructor copies, and so would read, everything.
  KINDS[kind as keyof typeof KINDS].prototype.validate.call(watched(value, read) as never);
  return pathsOf(value).filter((path) => !read.has(path));
}

describe('the Kubernetes manifests', () => {
  it.each(manifests.map((manifest) => [`${manifest.kind} in ${manifest.file}`, manifest] as const))(
    '%s is what the API takes',
    (_, { kind, value }) => {
      expect(Object.keys(KINDS)).toContain(kind);
      expect(unknownFields(kind, value)).toEqual([]);
    },
  );

  it('would be refused with a misspelt field, and with a value of the wrong type', () => {
    const broken = structuredClone(one<{ spec: Record<string, unknown> }>('Deployment'));
    broken.spec.replica = 3;
    expect(unknownFields('Deployment', broken)).toEqual(['spec.replica']);
    broken.spec.replicas = 'three';
    expect(() => unknownFields('Deployment', broken)).toThrow(/replicas/);
  });

  it('are all applied, but for the example of a Secret, which holds no values', () => {
    const { resources, namespace } = parse(readDeployed('kubernetes/kustomization.yaml')) as {
      resources: string[];
      namespace: string;
    };
    expect([...resources, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(files.sort());
    for (const { kind, value } of manifests.filter((manifest) => manifest.kind !== 'Namespace')) {
      expect([kind, value.metadata]).toEqual([kind, expect.objectContaining({ namespace })]);
    }
    const secret = one<{ stringData: Record<string, string>; data?: unknown }>('Secret');
    expect(Object.values(secret.stringData)).toEqual(['', '', '', '', '']);
    expect(secret.data).toBeUndefined();
  });

  it('give the program settings that it takes', async () => {
    const secret = one<{ stringData: Record<string, string> }>('Secret');
    const values: Record<string, string> = {
      'signing-key': 'k'.repeat(44),
      'audit-key': 'a'.repeat(44),
      store: 'redis://redis:6379',
    };
    const env: Record<string, string> = { ...one<{ data: Record<string, string> }>('ConfigMap').data };
    for (const { name, value, valueFrom } of container?.env ?? []) {
      const key = valueFrom?.secretKeyRef?.key;
      if (key !== undefined) expect(secret.stringData).toHaveProperty(key);
      const given = valueFrom?.fieldRef?.fieldPath === 'status.podIP' ? '10.1.2.3' : values[key ?? ''];
      env[name] = (value ?? given ?? '').replace(/\$\((\w+)\)/g, (_, other: string) => {
        expect(env).toHaveProperty(other);
        return env[other] ?? '';
      });
    }
    const settings = await settingsOf({ env });
    expect(settings).toMatchObject({
      signingKey: values['signing-key'],
      auditKey: values['audit-key'],
      values: { auditLog: '-' },
      http: { store: values.store, auth: 'oauth', allowedHosts: ['mcp.example.com', '10.1.2.3'] },
    });
    const items = pod?.volumes?.[0]?.secret?.items ?? [];
    const mounted = items.map(({ path }) => `${container?.volumeMounts?.[0]?.mountPath}/${path}`);
    expect([env.CLERK_SECRET_KEY_FILE, env.CLERK_MCP_METRICS_TOKEN_FILE]).toEqual(mounted);
    for (const { key } of items) expect(secret.stringData).toHaveProperty(key);
  });

  it('run without rights, with limits, probes and time to end', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container).toMatchObject({
      args: ['http'],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      resources: { requests: { cpu: expect.any(String), memory: expect.any(String) }, limits: { memory: expect.any(String) } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
      readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
    });
    const waits = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(waits + 15 + 5);
  });

  it('point at the same pods', () => {
    expect(deployment.spec.selector.matchLabels).toEqual(labels);
    for (const { value } of manifests.filter((manifest) => manifest.kind === 'Service')) {
      const service = value as unknown as { spec: NonNullable<Service['spec']> };
      expect(service.spec.selector).toEqual(labels);
      expect(service.spec.ports?.map(({ targetPort }) => targetPort)).toEqual([container?.ports?.[0]?.name]);
    }
    expect(one<PodDisruptionBudget>('PodDisruptionBudget').spec?.selector?.matchLabels).toEqual(labels);
    const policy = one<NetworkPolicy>('NetworkPolicy').spec;
    expect(policy?.podSelector?.matchLabels).toEqual(labels);
    expect(policy?.policyTypes).toEqual(['Ingress', 'Egress']);
    const scaled = one<HorizontalPodAutoscaler>('HorizontalPodAutoscaler').spec;
    expect(scaled?.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata?.name });
    // Either would undo what the other does.
    expect(deployment.spec.replicas).toBeUndefined();
    expect(scaled?.minReplicas).toBeGreaterThan(1);
  });
});
