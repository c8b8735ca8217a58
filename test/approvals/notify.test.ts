import { createHmac } from 'node:crypto';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { Approval } from '../../src/approvals/approval.js';
import { bodyFor, Webhook } from '../../src/approvals/notify.js';
import { RecordingServer } from '../support/recording-server.js';

const receiver = await RecordingServer.start();
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok!').toString('base64')}`;

const approval = {
  id: 'apr_1',
  operation: 'Users_markBanned',
  review: { title: 'Ban a user', effects: ['Ends every session of "Ada" <ada@example.com>.'], target: '"Ada" (user_1)' },
  instance: { kind: 'live', id: 'i' },
  expiresAt: 0,
} as unknown as Approval;

it('tells by a signed message with a link and nothing personal, and tries again', async () => {
  const warned: string[] = [];
  const webhook = new Webhook({ url: receiver.origin, secret: SECRET, retryMs: [1, 1], warn: (message) => warned.push(message) });
  receiver.reply = () => ({ status: receiver.requests.length < 2 ? 500 : 200 });
  webhook.pending(approval, 'http://localhost:1/approvals/apr_1');
  await expect.poll(() => receiver.requests.length).toBe(2);
  const [first, second] = receiver.requests;
  expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id']);
  const body = String(second?.body);
  expect(JSON.parse(body)).toMatchObject({
    type: 'approval.pending',
    text: expect.stringContaining('http://localhost:1/approvals/apr_1'),
  });
  expect(body).not.toMatch(/ada|user_1/i);
  const signed = `${second?.headers['webhook-id']}.${second?.headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  expect(second?.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(warned).toEqual([]);
});

it('gives up with a line for the log', async () => {
  const warned: string[] = [];
  const webhook = new Webhook({ url: receiver.origin, secret: SECRET, retryMs: [1], warn: (message) => warned.push(message) });
  receiver.reply = () => ({ status: 503 });
  webhook.pending(approval, undefined);
  await expect.poll(() => warned).toEqual(['a notification did not get through: status 503']);
  expect(receiver.requests).toHaveLength(2);
});

it('has a text that Slack shows, and is a card where Teams is told', () => {
  const message = { type: 'approvals.flood', text: 'Too many wait.', data: {}, timestamp: '2026-01-01T00:00:00Z' } as const;
  expect(bodyFor('https://hooks.slack.com/services/T0/B0/x', message)).toEqual(message);
  const teams = [
    'https://prod-01.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x',
    'https://default1.e0.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1',
    'https://example.webhook.office.com/webhookb2/1',
  ];
  for (const url of teams) {
    expect(bodyFor(url, message)).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: 'Too many wait.', wrap: true }] },
        },
      ],
    });
  }
  expect(bodyFor('https://logic.azure.com.example/', message)).toEqual(message);
});
