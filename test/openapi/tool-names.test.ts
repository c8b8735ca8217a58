import { describe, expect, it } from 'vitest';
import { OpenApiDocument } from '../../src/openapi/document.js';
import { ToolNames } from '../../src/openapi/tool-names.js';

function nameOf(operation: object, request = 'get /things', names = new ToolNames([], ['RedirectUrLs'])): string {
  const [method = '', path = ''] = request.split(' ');
  const [found] = new OpenApiDocument({ openapi: '3.0.3', paths: { [path]: { [method]: operation } } }).operations;
  if (found === undefined) throw new Error('no operation');
  return names.nameFor(found);
}

describe('the name of a tool that was made of a document', () => {
  it.each([
    [{ tags: ['SCIM Directories'], operationId: 'ListSCIMDirectories' }, 'ScimDirectories_listScimDirectories'],
    [{ tags: ['M2M Tokens'], operationId: 'createM2MToken' }, 'M2mTokens_createM2mToken'],
    [{ tags: ['Allow-list / Block-list'], operationId: 'get-it' }, 'AllowListBlockList_getIt'],
    [{ tags: ['Redirect URLs'], operationId: 'x' }, 'RedirectUrLs_x'],
    [{ operationId: 'doIt' }, 'Other_doIt'],
    [{ tags: ['Widgets'] }, 'Widgets_getThings'],
    [{ tags: ['ウィジェット'], operationId: '消す' }, 'Other_getThings'],
    [{ tags: ['1st'], operationId: 'a' }, 'Other_a'],
    [{ tags: ['Widgets\n\u001b[2J'], operationId: 'a\u202Eb c' }, 'Widgets2j_aBC'],
  ])('%o: %s', (operation, name) => {
    expect(nameOf(operation)).toBe(name);
  });

  it('is never too long, and never given twice, in whatever case', () => {
    const names = new ToolNames(['Widgets_get', 'search_operations'], ['Widgets']);
    const long = { tags: ['Widgets'.repeat(20)], operationId: 'get'.repeat(50) };
    const given = [
      ...[1, 2, 3].map(() => nameOf({ tags: ['Widgets'], operationId: 'GET' }, undefined, names)),
      ...[1, 2, 3].map(() => nameOf(long, undefined, names)),
    ];
    expect(given.slice(0, 3)).toEqual(['Widgets_get_2', 'Widgets_get_3', 'Widgets_get_4']);
    expect(new Set(given.map((name) => name.toLowerCase())).size).toBe(6);
    for (const name of given) expect(name).toMatch(/^[A-Za-z]\w{0,63}$/);
  });
});
