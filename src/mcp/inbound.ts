import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from '@modelcontextprotocol/server';
import { isRecord } from '../platform/is-record.js';

export type MessageId = string | number | null;

/** What is to become of a JSON value that came in as a message. */
export type Inbound =
  | { readonly kind: 'message'; readonly message: JSONRPCMessage }
  /** Not quite a request, and its sender waits for an answer. */
  | { readonly kind: 'refused'; readonly id: MessageId }
  /** No answer is expected. */
  | { readonly kind: 'ignored' };

/** Classifies a value; `params: null` counts as no params. */
export function inbound(value: unknown): Inbound {
  if (isMessage(value)) return { kind: 'message', message: value };
  if (!isRecord(value)) return { kind: 'ignored' };
  const { params, ...rest } = value;
  if (params === null && isMessage(rest)) return { kind: 'message', message: rest };
  if (!('id' in value) || 'result' in value || 'error' in value) return { kind: 'ignored' };
  const { id } = value;
  return { kind: 'refused', id: typeof id === 'string' || typeof id === 'number' ? id : null };
}

const isMessage = (value: unknown): value is JSONRPCMessage =>
  isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResultResponse(value) || isJSONRPCErrorResponse(value);
