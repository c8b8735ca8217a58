import type { ShipSettings } from '../config/ship-settings.js';
import type { AuditLog, AuditSink } from '../policy/audit/log.js';
import type { TargetStatus } from '../policy/audit/ship/health.js';
import { Shipping } from '../policy/audit/ship/shipping.js';

import { otlpTargets } from './otlp-targets.js';

/** How long the end of the process may be put off for lines that have not arrived, in milliseconds. */
const GRACE_MS = 700;

export interface ShippedSink extends AuditSink {
  readonly deliveries: () => readonly TargetStatus[];
}

interface Tell {
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Has the record in its file delivered to others as it grows. No call waits for that.
 * @throws ConfigError for targets that cannot be used
 */
export function shipper(settings: ShipSettings, tell: Tell): (log: AuditLog, setting: string) => ShippedSink {
  const endpoints = otlpTargets(settings.targets, tell.warn);
  return (log, setting) => shippedSink(log, new Shipping(setting, log, { ...settings, ...tell, endpoints }));
}

function shippedSink(log: AuditLog, shipping: Shipping): ShippedSink {
  return {
    unfinished: log.unfinished,
    get isDown() {
      return log.isDown;
    },
    append: async (fields, options) => {
      await log.append(fields, options);
      shipping.poke();
    },
    check: () => log.check(),
    reopen: async () => {
      await log.reopen();
      shipping.poke();
    },
    close: async () => {
      await log.close();
      await shipping.close(GRACE_MS);
    },
    deliveries: () => shipping.statuses(),
  };
}
