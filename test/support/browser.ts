import { execFileSync } from 'node:child_process';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { installed, systemEnv } from './installed.js';

const found = installed(['chromium', 'chromium-browser', 'google-chrome'], '--version');

export const isBrowserLeftOut = found.isLeftOut;

/** Asks for nothing of its own over the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const pathOf = (program: string): string =>
  execFileSync('sh', ['-c', 'command -v "$0"', program], { env: systemEnv, encoding: 'utf8' }).trim();

/** Where the Chromium of this machine is; empty where it was left out. */
export const browserPath = (): string => (isBrowserLeftOut ? '' : pathOf(found.program()));

/** The Chromium of this machine, with a profile of its own. @throws where there is none */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath(), args: FLAGS, headless: true, timeout: 120_000 });

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What was asked of any host but this machine. */
  readonly elsewhere: readonly string[];
  /** What the page was kept from, and errors of its script. */
  readonly complaints: readonly string[];
}

/** A person at a browser of their own. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.setDefaultTimeout(60_000);
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.hostname !== 'localhost' && url.protocol !== 'data:') elsewhere.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  return { page, context, elsewhere, complaints };
}

/** Gives the visitor an authenticator that has their finger on it all the time. */
export async function plugInAuthenticator({ page, context }: Visitor): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
