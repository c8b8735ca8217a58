import { describe, expect, it } from 'vitest';
import { type StoreLocation, StoreUrlError, storeAddress } from '../../src/limits/store-address.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const scratch = await scratchDirectory();
const PASSWORD = 'hunter2-secret';

describe('the address of the store', () => {
  it.each<[string, object]>([
    ['redis://localhost', { kind: 'server', hosts: [{ host: 'localhost', port: 6379 }], tls: undefined, db: 0 }],
    ['redis://[::1]:7000/3', { hosts: [{ host: '::1', port: 7000 }], db: 3 }],
    ['rediss://ada:p%2Fw%40d@h:1/2', { tls: {}, username: 'ada', password: 'p/w@d', hosts: [{ host: 'h', port: 1 }], db: 2 }],
    ['REDIS://:pw@h', { username: undefined, password: 'pw' }],
    ['valkey://h', { kind: 'server', tls: undefined }],
    ['valkeys://h', { kind: 'server', tls: {} }],
    [
      'redis+sentinel://:pw@h1:1,h2,[::2]:3/mymaster/4',
      {
        kind: 'sentinel',
        hosts: [
          { host: 'h1', port: 1 },
          { host: 'h2', port: 26_379 },
          { host: '::2', port: 3 },
        ],
        primary: 'mymaster',
        password: 'pw',
        db: 4,
      },
    ],
    ['rediss+sentinel://h/my%20primary', { kind: 'sentinel', tls: {}, primary: 'my primary', db: 0 }],
    ['redis+cluster://h1:1,h2:2', { kind: 'cluster', hosts: [{ port: 1 }, { port: 2 }], db: 0 }],
    ['rediss+cluster://u:pw@h/0', { kind: 'cluster', tls: {}, username: 'u', password: 'pw' }],
  ])('is understood: %s', (url, expected) => {
    expect(storeAddress({ url })).toMatchObject(expected);
  });

  it.each<[string, RegExp]>([
    ['', /must be given as redis:/],
    [`http://:${PASSWORD}@h`, /must be given as redis:/],
    ['constructor://h', /must be given as redis:/],
    [`redis://:${PASSWORD}@`, /a host or a port/],
    [`redis://:${PASSWORD}@h:70000`, /a host or a port/],
    [`redis://:${PASSWORD}@h:0`, /a host or a port/],
    [`redis://:${PASSWORD}@h1,h2`, /takes one server.*redis\+cluster/],
    [`redis://:${PASSWORD}/more@h`, /password cannot be read.*%2F.*--store-password-file/],
    [`redis://:${PASSWORD}#more@h`, /password cannot be read/],
    [`redis://:${PASSWORD}%@h`, /password in the store's address cannot be read/],
    [`redis://${PASSWORD}@h`, /a user but no password/],
    [`rediss://:${PASSWORD}@h?rejectUnauthorized=false`, /nothing after \?.*always checked.*--store-ca/],
    [`redis://:${PASSWORD}@h/one`, /number of a database/],
    [`redis://:${PASSWORD}@h/1/2`, /number of a database/],
    [`redis+sentinel://:${PASSWORD}@h1,h2`, /ends in what they call the primary/],
    [`redis+cluster://:${PASSWORD}@h/1`, /only database 0/],
  ])('is refused without being repeated: %s', (url, message) => {
    const error = refusal({ url });
    expect(error.message).toMatch(message);
    expect(String(error.stack)).not.toContain(PASSWORD);
  });
});

describe('the files beside it', () => {
  it('give the passwords, without the end of the line', async () => {
    const [passwordFile, sentinelPasswordFile] = await Promise.all([
      scratchFile(scratch, `${PASSWORD}\n`),
      scratchFile(scratch, 'of-the-sentinels'),
    ]);
    expect(storeAddress({ url: 'redis+sentinel://ada@h/m', passwordFile, sentinelPasswordFile })).toMatchObject({
      username: 'ada',
      password: PASSWORD,
      sentinelPassword: 'of-the-sentinels',
    });
  });

  it('are refused where they cannot be what they are named for', async () => {
    const [two, empty, password] = await Promise.all(
      [`${PASSWORD}\nmore`, '\n', PASSWORD].map((text) => scratchFile(scratch, text)),
    );
    const cases: [Omit<StoreLocation, 'url'> & { url?: string }, RegExp][] = [
      [{ passwordFile: two }, /password alone, on one line/],
      [{ passwordFile: empty }, /password alone, on one line/],
      [{ passwordFile: scratch }, /not a regular file/],
      [{ passwordFile: `${scratch}/none` }, /--store-password-file cannot be read: there is no such file/],
      [{ passwordFile: password, url: `rediss://:${PASSWORD}@h` }, /Keep one/],
      [{ sentinelPasswordFile: password }, /only with redis\+sentinel/],
      [{ caFile: `${scratch}/none` }, /--store-ca cannot be used: there is no such file/],
      [{ caFile: password }, /no certificate in PEM form/],
      [{ caFile: password, url: 'redis://h' }, /only with an address for TLS/],
    ];
    for (const [given, message] of cases) {
      const error = refusal({ url: 'rediss://h', ...given });
      expect(error.message).toMatch(message);
      expect(String(error.stack)).not.toContain(PASSWORD);
    }
  });
});

function refusal(location: StoreLocation): Error {
  try {
    storeAddress(location);
  } catch (error) {
    if (error instanceof StoreUrlError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
