import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import { renderLibraryOptions } from '../../scripts/library-options.js';
import type { HTTP_OPTIONS } from '../../src/config/http-options.js';
import type { OPTIONS } from '../../src/config/server-options.js';
import type { FetchHandlerOptions } from '../../src/index.js';

/** What has no flag, or belongs to the application that does the listening. */
type OwnOption = 'secretKey' | 'apiUrl' | 'signingKey' | 'authenticate' | 'basePath';
type Listening = 'host' | 'port' | 'headersTimeout' | 'maxConnections';

it('takes every setting of the server, under the same name', () => {
  expectTypeOf<Exclude<keyof FetchHandlerOptions, OwnOption>>().toEqualTypeOf<
    Exclude<keyof typeof OPTIONS | keyof typeof HTTP_OPTIONS, Listening>
  >();
});

it('has them as the table of settings has them (npm run docs:tables writes them)', () => {
  const source = readFileSync(new URL('../../src/app/fetch-handler-options.ts', import.meta.url), 'utf8');
  expect(renderLibraryOptions(source)).toBe(source);
});
