import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The signing key of a secret: `whsec_` and base64, or any text. */
export const webhookKey = (secret: string): Buffer =>
  secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);

/** The signature of a message according to Standard Webhooks. @param timestamp Unix seconds. */
export const webhookSignature = (key: Buffer, message: { id: string; timestamp: number; body: string }): string => {
  const { id, timestamp, body } = message;
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
};
