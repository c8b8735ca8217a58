import { describe, expect, it } from 'vitest';
import { createHttpApp } from '../../src/app/http-app.js';
import { type HttpValues, loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/platform/logger.js';
import { UserError } from '../../src/platform/user-error.js';

const logger = createLogger('silent');
const config = loadConfig({ sandbox: true }, {});

describe('what keeps the server for HTTP from starting', () => {
  it.each<[string, HttpValues]>([
    ['an issuer that is no address', { auth: 'oauth', issuer: 'nonsense', audience: ['https://mcp.example.com/mcp'] }],
    ['an issuer in the clear', { auth: 'oauth', issuer: 'http://a.example', audience: ['https://mcp.example.com/mcp'] }],
    ['a host that cannot be one', { allowedHosts: ['https://a.example/path'] }],
    ['a proxy that cannot be one', { trustedProxies: ['nonsense'] }],
    ['a token file that is not there', { auth: 'token', tokens: '/nowhere/tokens.json' }],
  ])('is for a person to mend: %s', async (_, http) => {
    await expect(createHttpApp({ configs: [config], http, logger })).rejects.toThrow(UserError);
  });

  it('is told with its stack where it is a fault of the program, a TypeError included', async () => {
    const fault = new TypeError('a fault of the program');
    const broken = Object.assign(Object.create(logger), {
      warn: () => {
        throw fault;
      },
    });
    const signed = { ...config, signingKey: 'a-key-that-warns-without-a-store' };
    await expect(createHttpApp({ configs: [signed], http: {}, logger: broken })).rejects.toBe(fault);
  });
});
