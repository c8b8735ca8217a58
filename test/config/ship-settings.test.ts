import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { scratchDirectory } from '../support/scratch.js';

const directory = await scratchDirectory();
const SECRET = { CLERK_MCP_AUDIT_SHIP_SECRET: 'whsec_c2VjcmV0LW9mLXRoZS1yZWNvcmQ=' };

const load = (auditShip: string | string[], env: Record<string, string> = SECRET, auditLog: string | undefined = 'audit.log') =>
  loadConfig({ sandbox: true, auditLog, auditShip }, env).ship;

describe('--audit-ship', () => {
  it('takes every kind of target, with the ports that IANA has for them', () => {
    const targets = load([
      'https://hooks.example.com/audit?x=1',
      'otlp+https://collector.example.com:4318',
      'otlp+http://collector/custom/logs',
      'syslog+tls://siem.example.com',
      'syslog+tcp://siem.example.com?framing=lines,syslog+udp://[::1]:5514',
      'syslog+unix:///run/syslog%20here.sock',
    ])?.targets;
    expect(targets).toMatchObject([
      { kind: 'webhook', name: 'https://hooks.example.com', url: 'https://hooks.example.com/audit?x=1' },
      { kind: 'otlp', url: 'https://collector.example.com:4318/v1/logs' },
      { kind: 'otlp', url: 'http://collector/custom/logs' },
      { kind: 'syslog', over: 'tls', host: 'siem.example.com', port: 6514, framing: 'octets' },
      { kind: 'syslog', over: 'tcp', port: 514, framing: 'lines' },
      { kind: 'syslog', over: 'udp', host: '::1', port: 5514 },
      { kind: 'syslog', over: 'unix', host: '/run/syslog here.sock', framing: 'lines' },
    ]);
    expect(new Set(targets?.map(({ id }) => id)).size).toBe(7);
  });

  it('tells two targets at one host apart without showing their paths', () => {
    const names = load('https://hooks.example.com/token-a,https://hooks.example.com/token-b')?.targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(2);
    expect(String(names)).not.toContain('token-');
  });

  it('reads the secret from a file, too', () => {
    writeFileSync(`${directory}/secret`, `${SECRET.CLERK_MCP_AUDIT_SHIP_SECRET}\n`);
    const settings = load('https://hooks.example.com', { CLERK_MCP_AUDIT_SHIP_SECRET_FILE: `${directory}/secret` });
    expect(settings?.secret).toBe(SECRET.CLERK_MCP_AUDIT_SHIP_SECRET);
  });

  it('needs no secret where nothing is signed', () => {
    expect(load('syslog+tls://siem.example.com', {})?.secret).toBeUndefined();
  });

  it.each([
    ['hooks.example.com', /^--audit-ship: expected https:\/\/…, otlp,/],
    ['ftp://hooks.example.com', /^--audit-ship: expected https:\/\/…, otlp,/],
    ['http://hooks.example.com', /a webhook is an https address/],
    ['https://ada:pa55word@hooks.example.com', /no user and no password/],
    ['syslog+tls://', /expected/],
    ['syslog+tls://siem.example.com/path', /without a path/],
    [
      'syslog+tls://siem.example.com?verify=no',
      /syslog\+tls takes only framing=, ca=, cert=, key= after the \?, each with a value/,
    ],
    ['syslog+tcp://siem.example.com?ca=ca.pem', /syslog\+tcp takes only framing= after the \?/],
    ['syslog+udp://siem.example.com?framing=lines', /syslog\+udp takes nothing after its address/],
    ['syslog+tls://siem.example.com?cert=cert.pem', /cert= and key= belong together/],
    ['syslog+tcp://siem.example.com?framing=both', /framing is octets/],
    ['syslog+unix://run/syslog.sock', /the path of a socket, as in syslog\+unix:\/\/\/run\/syslog\.sock/],
    ['syslog+unix:///run/%zz.sock', /expected the path of a socket/],
    ['https://a.example,https://a.example', /names one target twice/],
  ])('refuses %s in words that say what is wrong, and show nothing of it', (target, message) => {
    const fault = (): unknown => load(target);
    expect(fault).toThrow(message);
    expect(fault).not.toThrow(/pa55word/);
  });

  it.each([
    ['without a log', () => loadConfig({ sandbox: true, auditShip: 'otlp' }, {}), /--audit-ship needs --audit-log FILE/],
    ['with the log on standard output', () => load('otlp', {}, '-'), /--audit-ship needs --audit-log FILE/],
    [
      'to a webhook without a secret',
      () => load('https://a.example', {}),
      /needs CLERK_MCP_AUDIT_SHIP_SECRET, or CLERK_MCP_AUDIT_SHIP_SECRET_FILE/,
    ],
    [
      'to a webhook with a short secret',
      () => load('https://a.example', { CLERK_MCP_AUDIT_SHIP_SECRET: 'short' }),
      /24 bytes or more/,
    ],
    [
      'with a secret in a file that is not there',
      () => load('https://a.example', { CLERK_MCP_AUDIT_SHIP_SECRET_FILE: `${directory}/none` }),
      /CLERK_MCP_AUDIT_SHIP_SECRET_FILE cannot be read: there is no such file/,
    ],
    [
      'with a folder in the place of that file',
      () => load('https://a.example', { CLERK_MCP_AUDIT_SHIP_SECRET_FILE: directory }),
      /CLERK_MCP_AUDIT_SHIP_SECRET_FILE cannot be read: it is not a regular file/,
    ],
  ])('is refused %s', (_, loading, message) => {
    expect(loading).toThrow(message);
  });
});
