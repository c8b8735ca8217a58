import { otlpTargets } from '../../app/otlp-targets.js';
import type { ShipSettings } from '../../config/ship-settings.js';
import { errorMessage } from '../../platform/error-message.js';
import { readHead } from '../../policy/audit/head.js';
import { firstPlace } from '../../policy/audit/places.js';
import { CursorFile } from '../../policy/audit/ship/cursor.js';
import { openTransport } from '../../policy/audit/ship/open-transport.js';
import { type Finding, failure, ok, warning } from './finding.js';

const TIMEOUT_MS = 10_000;

/** Whether the receivers of the record can be reached, and how far they have it. They are sent no line. */
export async function checkDeliveries(settings: ShipSettings, auditLog: string): Promise<Finding[]> {
  const log = await firstPlace(auditLog);
  const head = await readHead(log);
  const options = { ...settings, endpoints: otlpTargets(settings.targets, () => {}), warn: () => {} };
  return Promise.all(
    settings.targets.map(async (target) => {
      const transport = await openTransport(target, options);
      try {
        const able = await transport.check(AbortSignal.timeout(TIMEOUT_MS));
        const cursor = await new CursorFile(log, target).read();
        const waiting = head === undefined ? 0 : Math.max(0, head.seq - (cursor?.seq ?? 0));
        const said = waiting === 0 ? '' : ` Lines of ${log} that wait for delivery: ${waiting}.`;
        if (cursor?.lost !== undefined)
          return warning(
            'ship',
            `${target.name} ${able}, but did not take some lines of ${log}, which are in that file alone: ${cursor.lost}.${said}`,
            'Let it take larger messages. The log of the server says which lines they were.',
          );
        return ok('ship', `${target.name} ${able}.${said}`);
      } catch (error) {
        return failure(
          'ship',
          `The record cannot be delivered to ${target.name}: ${errorMessage(error)}.`,
          'See to the receiver, its address, its certificate or its credentials. Until then lines wait in the file.',
        );
      } finally {
        transport.close();
      }
    }),
  );
}
