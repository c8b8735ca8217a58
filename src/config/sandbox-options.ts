import * as z from 'zod';
import type { Option } from './option.js';
import { OPTIONS } from './server-options.js';
import { count, moment, onOff, path } from './value-forms.js';

/** Settings of the command that serves the sandbox. */
export const SANDBOX_OPTIONS = {
  port: {
    flag: '--port <number>',
    schema: () => count(0, 65_535, 'port'),
    help: 'Port on the loopback address; 0 takes a free one',
    default: '5775',
  },
  seed: OPTIONS.seed,
  state: {
    flag: '--state <file>',
    schema: path,
    help: 'Keeps the state in this file across restarts; the seed is used only if the file does not exist yet',
  },
  now: {
    flag: '--now <time>',
    schema: moment,
    help: 'Stops the clock at this time, so that every run has the same times',
  },
  randomSeed: {
    flag: '--random-seed <text>',
    schema: () => z.string().min(1, 'expected a text'),
    help: 'Makes the key, ids and tokens the same in every run',
  },
  faults: {
    flag: '--faults <json>',
    schema: () => z.string().min(1, 'expected JSON or a file'),
    help: 'Faults to inject, as JSON or the name of a JSON file: {"fault":"rate_limit","operations":"Users","times":2}',
  },
  webhook: {
    flag: '--webhook <url>',
    schema: () => z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
    help: 'Sends events there as Clerk does, signed; a seed can name several, with filters',
  },
  webhookSecret: {
    flag: '--webhook-secret <secret>',
    env: 'CLERK_WEBHOOK_SIGNING_SECRET',
    schema: () => z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'expected whsec_ and base64'),
    help: 'With --webhook: the secret that signs events; without it one is made and printed',
  },
  rateLimit: {
    flag: '--rate-limit',
    schema: onOff,
    help: 'Apply the limits of a development instance',
  },
  logLevel: OPTIONS.logLevel,
} as const satisfies Record<string, Option>;
