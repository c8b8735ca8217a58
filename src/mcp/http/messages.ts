import { isRecord } from '../../platform/is-record.js';

/** The parts of a JSON-RPC message that are read before the SDK gets it. Any may be missing: nothing is checked yet. */
export interface Message {
  readonly id: string | number | undefined;
  readonly method: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The messages of a body: one, or before 2025-06-18 also a list. Other values are left out; the SDK refuses them. */
export function messagesOf(body: unknown): readonly Message[] {
  return (Array.isArray(body) ? body : [body]).filter(isRecord).map(({ id, method, params }) => ({
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    method: typeof method === 'string' ? method : undefined,
    params: isRecord(params) ? params : {},
  }));
}

export const isRequest = (message: Message): message is Message & { id: string | number; method: string } =>
  message.id !== undefined && message.method !== undefined;

/** The request that this message cancels. */
export function cancelled({ method, params }: Message): string | number | undefined {
  const { requestId } = params;
  return method === 'notifications/cancelled' && (typeof requestId === 'string' || typeof requestId === 'number')
    ? requestId
    : undefined;
}
