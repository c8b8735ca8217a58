import { openRedisStore } from '../../limits/redis.js';
import type { StoreLocation } from '../../limits/store-address.js';
import { flawsOf } from '../../limits/store-facts.js';
import { type Finding, failure, fault, ok, warning } from './finding.js';

const TIMEOUT_MS = 2_000;

/** What to do where nothing can be written, by the reason. */
const ADVICE: Readonly<Record<string, string>> = {
  NOAUTH: 'It asks for a password: give it in the address, or with --store-password-file.',
  WRONGPASS: 'The user or the password is wrong.',
  NOPERM:
    'Its user may not do what is needed: GET, MGET, SET, DEL, EVAL, TIME, INFO, and the commands of hashes and sorted sets.',
  READONLY: 'It is a replica: give the address of the primary, or of the Sentinels (redis+sentinel://).',
  OOM: 'It is full: give it more memory.',
  MISCONF: 'It cannot write to its disk.',
  NOREPLICAS: 'It has fewer replicas than its min-replicas-to-write.',
  MOVED: 'It is part of a cluster: write redis+cluster:// in the place of redis://.',
  'Sentinel: NOAUTH': 'The Sentinels ask for a password: give it with --store-sentinel-password-file.',
  'Sentinel: WRONGPASS': 'The password in --store-sentinel-password-file is wrong.',
};
const OTHERWISE = 'Check its address, and whether it runs.';
const TLS =
  'Its certificate must be accepted: name the authority that signed it with --store-ca, and the host as the certificate does.';

/** Has the shared store write something, and looks at how it is set up. */
export async function checkStore(location: StoreLocation): Promise<Finding[]> {
  let reason: string | undefined;
  const onState = (state: 'up' | 'down', why = 'unknown'): void => {
    reason = state === 'up' ? undefined : why;
  };
  try {
    const store = await openRedisStore({ ...location, timeoutMs: TIMEOUT_MS, onState });
    try {
      if (reason !== undefined) return [unusable(reason, location)];
      const facts = await store.facts();
      const flaws = flawsOf(facts);
      const [version] = facts.map((one) => one.version);
      const found = flaws.map(({ grave, message, advice }) => (grave ? failure : warning)('store', message, advice));
      return found.length > 0
        ? found
        : [ok('store', `The shared store can be written to, and keeps what it is told (${version}).`)];
    } finally {
      await store.close();
    }
  } catch (error) {
    return [fault('store', error)];
  }
}

function unusable(reason: string, { url }: StoreLocation): Finding {
  const isTls = /^(?:rediss|valkeys)/i.test(url);
  const advice = ADVICE[reason] ?? (/CERT|SIGNATURE|SIGNED/.test(reason) ? TLS : isTls ? `${OTHERWISE} ${TLS}` : OTHERWISE);
  return failure('store', `The shared store cannot be used (${reason}).`, `${advice} Gated calls are refused while it is away.`);
}
