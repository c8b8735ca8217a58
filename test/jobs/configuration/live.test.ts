import { describe, expect, it } from 'vitest';
import { catalog } from '../../../src/app/load-catalog.js';
import { readLive } from '../../../src/jobs/configuration/live.js';
import type { Reader } from '../../../src/jobs/plan/expand.js';
import { PlanFault } from '../../../src/jobs/plan/fault.js';

const offered = new Map(catalog.operations.map((operation) => [operation.name, operation]));

const answering = (answer: () => readonly unknown[]): Reader => ({
  read: async () => answer()[0],
  readList: async () => answer(),
  readRows: async () => [],
});

const failed = (model: Readonly<Record<string, unknown>>, refused = false): Reader =>
  answering(() => {
    throw new PlanFault('read_failed', 'It did not answer', { cause: model }, refused);
  });

describe('what is read of an instance', () => {
  it('gives each template with a key of its own a variable of its own', async () => {
    const names = ['my db', 'other', 'my-db', '***'];
    const reader = answering(() =>
      names.map((name) => ({ name, custom_signing_key: name !== 'other', signing_algorithm: 'RS256' })),
    );
    const { configuration } = await readLive(['jwt_templates'], { offered, reader });
    const keys = [...(configuration.get('jwt_templates') ?? [])].map(([name, { signing_key }]) => [name, signing_key]);
    expect(Object.fromEntries(keys)).toEqual({
      '***': { env: 'CLERK_JWT_SIGNING_KEY_TEMPLATE' },
      'my db': { env: 'CLERK_JWT_SIGNING_KEY_MY_DB' },
      'my-db': { env: 'CLERK_JWT_SIGNING_KEY_MY_DB_2' },
      other: 'instance',
    });
  });

  it.each([
    [{ status: 404, message: 'Not found' }, false, 'Clerk answers InstanceSettings_getProtect with 404: Not found'],
    [{ status: 402, error: 'unsupported_plan' }, false, 'Clerk answers InstanceSettings_getProtect with 402: unsupported_plan'],
    [{ error: 'insufficient_scope' }, true, 'InstanceSettings_getProtect is refused here (insufficient_scope)'],
  ])('says of a section that it is not to be had where Clerk or the policy says so: %j', async (model, refused, why) => {
    const { configuration, unread } = await readLive(['protect'], { offered, reader: failed(model, refused) });
    expect([...configuration]).toEqual([]);
    expect(unread.get('protect')).toBe(why);
  });

  it('does not take an instance that cannot be reached for one that has nothing', async () => {
    await expect(readLive(['protect'], { offered, reader: failed({ status: 500 }) })).rejects.toThrow(PlanFault);
    await expect(readLive(['protect'], { offered, reader: failed({ status: 401 }) })).rejects.toThrow(PlanFault);
  });
});
