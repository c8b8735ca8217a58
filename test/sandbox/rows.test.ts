import { beforeEach, describe, expect, it } from 'vitest';
import { defineResource } from '../../src/sandbox/resource.js';
import { DuplicateKeyError, RowGoneError, Store } from '../../src/sandbox/rows.js';
import { defineSetting, type Row } from '../../src/sandbox/table.js';

interface Book extends Row {
  isbn: string | null;
  author_id: string;
}

interface Author extends Row {
  name: string;
}

const authors = defineResource<Author>()({ name: 'author', prefix: 'aut' });
const books = defineResource<Book>()({
  name: 'book',
  prefix: 'bok',
  unique: { isbn: (row) => row.isbn },
  lookup: { author_id: (row) => row.author_id },
  owners: { author: 'author_id' },
});
const pages = defineResource<Row & { book_id: string }>()({
  name: 'page',
  prefix: 'pag',
  lookup: { book_id: (row) => row.book_id },
  owners: { book: 'book_id' },
});

let now = 1000;
let store: Store;

beforeEach(() => {
  let count = 0;
  now = 1000;
  store = new Store({ now: () => now, id: (prefix) => `${prefix}_${++count}` });
});

describe('Collection', () => {
  it('gives a new row its id and times', () => {
    const row = store.of(books).insert({ isbn: '1', author_id: 'a' });
    expect(row).toEqual({ id: 'bok_1', isbn: '1', author_id: 'a', created_at: 1000, updated_at: 1000 });
    expect(store.of(books).get('bok_1')).toBe(row);
  });

  it('finds rows by unique and by shared keys, and follows a change of key', () => {
    const held = store.of(books);
    const first = held.insert({ isbn: '1', author_id: 'a' });
    const second = held.insert({ isbn: '2', author_id: 'a' });
    now = 2000;
    held.update(first, { isbn: '9', author_id: 'b' });
    expect(held.one('isbn', '1')).toBeUndefined();
    expect(held.one('isbn', '9')).toBe(first);
    expect(held.many('author_id', 'a')).toEqual([second]);
    expect(held.many('author_id', 'b')).toEqual([first]);
    expect(first.updated_at).toBe(2000);
  });

  it('keeps the place of a row among its like when something else about it changes', () => {
    const held = store.of(books);
    const first = held.insert({ isbn: '1', author_id: 'a' });
    const second = held.insert({ isbn: '2', author_id: 'a' });
    held.update(first, { isbn: '3' });
    expect(held.many('author_id', 'a')).toEqual([first, second]);
  });

  it('refuses a taken key and then changes nothing', () => {
    const held = store.of(books);
    held.insert({ isbn: '1', author_id: 'a' });
    const other = held.insert({ isbn: '2', author_id: 'a' });
    expect(() => held.insert({ isbn: '1', author_id: 'b' })).toThrow(DuplicateKeyError);
    expect(() => held.update(other, { isbn: '1', author_id: 'b' })).toThrow(DuplicateKeyError);
    expect(held.size).toBe(2);
    expect(other).toMatchObject({ isbn: '2', author_id: 'a' });
    expect(held.many('author_id', 'b')).toEqual([]);
  });

  it('does not index null, so that many rows may have it', () => {
    const held = store.of(books);
    held.insert({ isbn: null, author_id: 'a' });
    expect(() => held.insert({ isbn: null, author_id: 'a' })).not.toThrow();
  });

  it('orders by time, and rows of one time by their coming', () => {
    const held = store.of(books);
    const ids = [30, 10, 20, 10].map((created_at) => held.insert({ isbn: null, author_id: 'a', created_at }).id);
    expect(held.oldestFirst().map((row) => row.id)).toEqual([ids[1], ids[3], ids[2], ids[0]]);
    held.update(held.get(ids[0] as string) as Book, { created_at: 5 });
    expect(held.oldestFirst().map((row) => row.id)).toEqual([ids[0], ids[1], ids[3], ids[2]]);
    for (const [place, row] of held.oldestFirst().entries()) expect(held.position(row)).toBe(place);
  });

  it('removes with a row whatever belongs to it, however far down', () => {
    const author = store.of(authors).insert({ name: 'Ana' });
    const kept = store.of(books).insert({ isbn: null, author_id: 'somebody else' });
    for (let nth = 0; nth < 3; nth++) {
      const book = store.of(books).insert({ isbn: String(nth), author_id: author.id });
      store.of(pages).insert({ book_id: book.id });
      store.of(pages).insert({ book_id: book.id });
    }
    store.of(authors).delete(author);
    expect(store.of(authors).size).toBe(0);
    expect(store.of(books).oldestFirst()).toEqual([kept]);
    expect(store.of(pages).size).toBe(0);
    expect(store.of(books).one('isbn', '1')).toBeUndefined();
  });

  it('refuses to change a row that is gone', () => {
    const row = store.of(books).insert({ isbn: '1', author_id: 'a' });
    store.of(books).delete(row);
    expect(() => store.of(books).update(row, { isbn: '2' })).toThrow(RowGoneError);
    expect(store.of(books).one('isbn', '2')).toBeUndefined();
  });

  it('takes a second deletion of a row for none', () => {
    const row = store.of(books).insert({ isbn: '1', author_id: 'a' });
    store.of(books).delete(row);
    const next = store.of(books).insert({ isbn: '1', author_id: 'a' });
    store.of(books).delete(row);
    expect(store.of(books).one('isbn', '1')).toBe(next);
  });
});

describe('Setting', () => {
  const colours = defineSetting('colours', () => ({ sky: 'blue', grass: 'green' }));

  it('starts as declared and keeps what is set', () => {
    expect(store.setting(colours)).toEqual({ sky: 'blue', grass: 'green' });
    store.set(colours, { sky: 'grey' });
    expect(store.setting(colours)).toEqual({ sky: 'grey', grass: 'green' });
  });
});
