import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, loadHttpValues } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';

const KEY = 'sk_test_abcdefghijklmnopqrstuvwxyz';
const load = (flags: Record<string, unknown> = {}, env: Record<string, string> = { CLERK_SECRET_KEY: KEY }) =>
  loadConfig(flags, env);

describe('the key', () => {
  it.each([
    ['sk_test_abc', 'test'],
    ['sk_live_abc', 'live'],
    ['ak_abc', 'live'],
  ])('tells the kind of instance: %s', (key, kind) => {
    expect(load({}, { CLERK_SECRET_KEY: key })).toMatchObject({ secretKey: key, instanceKind: kind });
  });

  it('comes from a file, less the line break at its end', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'clerk-mcp-')), 'key');
    writeFileSync(file, `${KEY}\n`);
    expect(load({}, { CLERK_SECRET_KEY_FILE: file }).secretKey).toBe(KEY);
  });

  it.each([
    ['missing', {}, /No Clerk key.*--sandbox/],
    ['given twice', { CLERK_SECRET_KEY: KEY, CLERK_SECRET_KEY_FILE: '/x' }, /both set/],
    ['publishable', { CLERK_SECRET_KEY: 'pk_test_leaked' }, /publishable key/],
    ['of another form', { CLERK_SECRET_KEY: 'leaked' }, /sk_test_ or sk_live_/],
    ['with a space in it', { CLERK_SECRET_KEY: 'sk_test_leak ed' }, /no spaces/],
    ['in quotes', { CLERK_SECRET_KEY: '"sk_test_leaked"' }, /in quotes/],
    ["in a word processor's quotes", { CLERK_SECRET_KEY: '“sk_test_leaked”' }, /in quotes/],
    ['behind Bearer', { CLERK_SECRET_KEY: 'Bearer sk_test_leaked' }, /begins with Bearer/],
    ['behind its name', { CLERK_SECRET_KEY: 'CLERK_SECRET_KEY=sk_test_leaked' }, /NAME=key/],
    ['behind export and its name', { CLERK_SECRET_KEY: 'export KEY=sk_test_leaked' }, /NAME=key/],
    ['a variable of Windows', { CLERK_SECRET_KEY: '%CLERK_SECRET_KEY%' }, /not filled in/],
    ['a variable of a shell', { CLERK_SECRET_KEY: '$CLERK_SECRET_KEY' }, /not filled in/],
    ['in a file that is not there', { CLERK_SECRET_KEY_FILE: '/nowhere/key' }, /cannot be read/],
    ['in a folder', { CLERK_SECRET_KEY_FILE: tmpdir() }, /not a regular file/],
  ])('stops the start when it is %s, without being printed', (_, env, message) => {
    const start = (): unknown => load({}, env);
    expect(start).toThrow(ConfigError);
    expect(start).toThrow(message);
    expect(start).not.toThrow(/leak/);
  });

  it('is not needed, and not read, on the sandbox', () => {
    expect(load({ sandbox: true }, { CLERK_SECRET_KEY: KEY })).toMatchObject({ secretKey: undefined, instanceKind: 'sandbox' });
  });
});

describe('the address', () => {
  it.each([
    [undefined, 'https://api.clerk.com/v1'],
    ['http://127.0.0.1:8080/v1/', 'http://127.0.0.1:8080/v1'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://api.clerk.com', 'https://api.clerk.com/v1'],
  ])('%s is %s', (given, url) => {
    expect(load({}, { CLERK_SECRET_KEY: KEY, ...(given === undefined ? {} : { CLERK_API_URL: given }) }).apiUrl).toBe(url);
  });

  it.each([
    ['not an address', /not an http or https address/],
    ['ftp://example.com', /not an http or https address/],
    ['http://clerk.example', /must be https/],
    ['https://user:pass@clerk.example', /without user/],
    ['https://clerk.example/?a=b', /without user, query/],
  ])('%s stops the start', (url, message) => {
    expect(() => load({}, { CLERK_SECRET_KEY: KEY, CLERK_API_URL: url })).toThrow(message);
  });
});

describe('the settings', () => {
  it('reads lists with commas, from the flag or the environment, and lets the flag win', () => {
    const env = { CLERK_SECRET_KEY: KEY, CLERK_MCP_TOOLS: 'Users, Sessions_*' };
    expect(load({}, env).values.tools).toEqual(['Users', 'Sessions_*']);
    expect(load({ tools: ['Jwks,Domains', 'Users'] }, env).values.tools).toEqual(['Jwks', 'Domains', 'Users']);
  });

  it.each(['1', 'true', 'YES', 'on'])('takes %s for on', (value) => {
    expect(load({}, { CLERK_SECRET_KEY: KEY, CLERK_MCP_READ_ONLY: value }).values.readOnly).toBe(true);
  });

  it.each([
    [{ CLERK_MCP_READONLY: '1' }, /Unknown environment variable CLERK_MCP_READONLY. Did you mean CLERK_MCP_READ_ONLY\?/],
    [{ CLERK_MCP_READ_ONLY: 'ture' }, /CLERK_MCP_READ_ONLY: .*true or false/],
    [{ CLERK_MCP_TIMEOUT_MS: '5s' }, /CLERK_MCP_TIMEOUT_MS: .*whole number of milliseconds/],
    [{ CLERK_MCP_TIMEOUT_MS: '0' }, /CLERK_MCP_TIMEOUT_MS/],
    [{ CLERK_MCP_LOG_LEVEL: 'loud' }, /CLERK_MCP_LOG_LEVEL/],
    [{ CLERK_MCP_TOOLS: ' , ' }, /CLERK_MCP_TOOLS: is empty/],
    [{ clerk_mcp_read_only: '1' }, /Unknown environment variable/],
  ])('%o stops the start', (env, message) => {
    expect(() => load({}, { CLERK_SECRET_KEY: KEY, ...(env as Record<string, string>) })).toThrow(message);
  });
});

describe('the settings of serving over HTTP', () => {
  it('come from flags and the environment', () => {
    const env = { CLERK_MCP_PORT: '0', CLERK_MCP_AUTH: 'token', CLERK_MCP_ALLOWED_HOSTS: 'a.example, b.example:8443' };
    expect(loadHttpValues({ port: '8080' }, env)).toEqual({
      port: 8080,
      auth: 'token',
      allowedHosts: ['a.example', 'b.example:8443'],
    });
  });

  it('are known to every command, so that one environment does for all', () => {
    expect(() => load({}, { CLERK_SECRET_KEY: KEY, CLERK_MCP_PORT: '0' })).not.toThrow();
  });

  it.each([
    [{}, {}, undefined],
    // What commander says where the flag was not given.
    [{ sse: true }, {}, undefined],
    [{ sse: true }, { CLERK_MCP_SSE: 'false' }, false],
    [{ sse: false }, { CLERK_MCP_SSE: 'true' }, false],
  ])('take a flag that switches off: %o %o', (flags, env, sse) => {
    expect(loadHttpValues(flags, env as Record<string, string>).sse).toBe(sse);
  });

  it.each([
    [{ port: '-1' }, /--port: expected a port/],
    [{ port: '65536' }, /--port/],
    [{ auth: 'basic' }, /--auth/],
    [{ maxSessions: '0' }, /--max-sessions/],
    [{ requestTimeout: '10s' }, /--request-timeout: .*milliseconds/],
    [{ issuer: 'clerk' }, /--issuer: expected an address/],
  ])('stop the start: %o', (flags, message) => {
    expect(() => loadHttpValues(flags, {})).toThrow(message);
  });
});
