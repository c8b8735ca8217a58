import { afterEach, describe, expect, it } from 'vitest';
import { CallerBook, type CallerBookOptions } from '../../src/approvals/caller-book.js';
import { MemoryRecordStore } from '../../src/limits/record-store.js';
import { StoreUnavailableError } from '../../src/limits/store-unavailable.js';

const books: CallerBook[] = [];
afterEach(() => Promise.all(books.splice(0).map((book) => book.close())));

/** One that tells the others only when it is asked. */
function open(options: CallerBookOptions = {}): CallerBook {
  const book = new CallerBook({ shareMs: 600_000, ...options });
  books.push(book);
  return book;
}

const bot = { name: 'bot', transport: 'http', clientName: 'cursor', clientVersion: '2' } as const;

describe('the book of callers', () => {
  it('counts calls by caller and client, who called last first', async () => {
    let now = 1_000;
    const book = open({ now: () => now });
    book.note(bot);
    now = 2_000;
    book.note({ ...bot, clientName: 'vscode' });
    now = 3_000;
    book.note(bot);
    expect((await book.seen()).callers).toEqual([
      { name: 'bot', transport: 'http', client: 'cursor', clientVersion: '2', calls: 2, firstAt: 1_000, lastAt: 3_000 },
      { name: 'bot', transport: 'http', client: 'vscode', clientVersion: '2', calls: 1, firstAt: 2_000, lastAt: 2_000 },
    ]);
  });

  it('has the one client of stdio as connected, beside the sessions of HTTP', async () => {
    const session = { caller: 'ada', transport: 'http', client: 'cursor', clientVersion: '2', since: 5 } as const;
    const book = open({ now: () => 7, sessions: () => [session] });
    book.note({ name: 'local', transport: 'stdio', clientName: 'claude-desktop', clientVersion: '1' });
    expect((await book.seen()).sessions).toEqual([
      { caller: 'local', transport: 'stdio', client: 'claude-desktop', clientVersion: '1', since: 7 },
      session,
    ]);
  });

  it('forgets who has not called for longest', async () => {
    const book = open();
    for (let nth = 0; nth < 300; nth++) {
      book.note({ ...bot, name: `bot-${nth}` });
      book.note({ ...bot, name: 'bot-0' });
    }
    const names = (await book.seen()).callers.map(({ name }) => name);
    expect(names).toHaveLength(200);
    expect(names).toContain('bot-0');
    expect(names).not.toContain('bot-1');
  });

  it('keeps no more of a name than people read', async () => {
    const book = open();
    book.note({ ...bot, name: 'n'.repeat(9_000), clientName: 'c'.repeat(9_000), clientVersion: 'v'.repeat(9_000) });
    expect(JSON.stringify(await book.seen()).length).toBeLessThan(1_000);
  });

  it('is one for all processes that share a store, until each has ended', async () => {
    const records = new MemoryRecordStore();
    const [one, other] = [open({ records }), open({ records })];
    one.note(bot);
    await one.seen();
    other.note({ ...bot, name: 'eve' });
    const namesSeen = async (book: CallerBook) => (await book.seen()).callers.map(({ name }) => name).sort();
    expect(await namesSeen(other)).toEqual(['bot', 'eve']);
    expect(await namesSeen(one)).toEqual(['bot', 'eve']);
    await other.close();
    expect(await namesSeen(one)).toEqual(['bot']);
  });

  it('goes on where the store has forgotten what it told, and says when that is away', async () => {
    let now = 0;
    const records = new MemoryRecordStore(() => now);
    const book = open({ records, shareMs: 10_000 });
    book.note(bot);
    await book.seen();
    now = 3_600_000;
    expect((await book.seen()).callers).toHaveLength(1);
    const away = async (): Promise<never> => Promise.reject(new StoreUnavailableError('test'));
    const lost = open({ records: { memory: away, read: away, swap: away, all: away } });
    lost.note(bot);
    await expect(lost.seen()).rejects.toThrow(StoreUnavailableError);
  });
});
