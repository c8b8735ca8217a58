import { beforeEach, describe, expect, it } from 'vitest';
import { parseTemplate, render, TemplateSyntaxError, variablesOf } from '../../src/sandbox/domain/interpolate.js';
import { type Client, openSandbox, rowsOf } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: { domain: 'acme.example.com' } });
});

const CODE = '/templates/email/verification_code';

describe('templates', () => {
  it('are listed by kind and position, a page at a time', async () => {
    const first = rowsOf((await client.get('/templates/email')).body);
    expect(first.map((row) => row.position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const all = (await client.get('/templates/email?limit=100&paginated=true')).body;
    expect(rowsOf(all)).toHaveLength(Number(all.total_count));
    expect(rowsOf((await client.get('/templates/email?limit=3&offset=10')).body).map((row) => row.position)).toEqual([
      10, 11, 12,
    ]);
    const sms = rowsOf((await client.get('/templates/sms')).body);
    expect(sms.map((row) => row.template_type)).toEqual(sms.map(() => 'sms'));
    expect(sms.map((row) => row.subject)).toEqual(sms.map(() => null));
    expect((await client.get('/templates/push')).code).toBe('template_type_unsupported');
  });

  it('are Clerk’s own at first, each of them sound', async () => {
    for (const kind of ['email', 'sms']) {
      for (const row of rowsOf((await client.get(`/templates/${kind}?limit=100`)).body)) {
        expect(row).toMatchObject({ object: 'template', resource_type: 'system', instance_id: null, can_revert: false });
        const used = variablesOf(parseTemplate(`${row.subject ?? ''}${row.body}`));
        const available = row.available_variables as unknown as string[];
        expect([...used].filter((name) => !available.includes(name))).toEqual([]);
        for (const name of row.required_variables as unknown as string[]) expect([...used]).toContain(name);
        const shown = (await client.post(`/templates/${kind}/${row.slug}/preview`, {})).body;
        expect(JSON.stringify(shown)).not.toMatch(/\{\{|\}\}|undefined/);
      }
    }
  });

  it('have the same ids in every instance until they are changed', async () => {
    const { body } = await client.get(CODE);
    const other = await openSandbox();
    expect((await other.get(CODE)).body.id).toBe(body.id);
  });

  it('become the instance’s own with the first change, and Clerk’s again when reverted', async () => {
    const before = (await client.get(CODE)).body;
    client.clock.now += 1000;
    const change = { name: 'Code', subject: 'Code: {{otp_code}}', body: '<b>{{ otp_code }}</b>', markup: '<re-text/>' };
    const { status, body } = await client.put(CODE, change);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...change, resource_type: 'user', can_revert: true, position: before.position });
    expect(body.id).not.toBe(before.id);
    const again = await client.put(CODE, { from_email_name: 'hello', subject: null });
    expect(again.body).toMatchObject({ id: body.id, subject: 'Code: {{otp_code}}', from_email_name: 'hello' });
    expect(rowsOf((await client.get('/templates/email')).body)[0]).toEqual(again.body);

    expect((await client.post(`${CODE}/revert`)).body).toEqual(before);
    const twice = await client.post(`${CODE}/revert`);
    expect([twice.status, twice.code]).toEqual([400, 'template_revert_error']);
  });

  it('say who sends them', async () => {
    expect((await client.get(CODE)).body.from_email_name).toBe('noreply');
    await client.patch('/beta_features/instance_settings', { from_email_address: 'hi' });
    expect((await client.get(CODE)).body.from_email_name).toBe('hi');
    const off = await client.post(`${CODE}/toggle_delivery`, { delivered_by_clerk: false });
    expect(off.body).toMatchObject({ delivered_by_clerk: false, resource_type: 'user' });
    expect((await client.get(CODE)).body.delivered_by_clerk).toBe(false);
    expect((await client.post(`${CODE}/toggle_delivery`, {})).body.delivered_by_clerk).toBe(true);
  });

  it.each([
    [{ body: 'no code here' }, 422, 'required_variable_missing', 'body'],
    [{ body: '{{otp_code' }, 422, 'invalid_template_body', 'body'],
    [{ body: '{{#each xs}}{{otp_code}}{{/each}}' }, 422, 'invalid_template_body', 'body'],
    [{ subject: '{{#if x}}' }, 422, 'invalid_template_body', 'subject'],
    [{ body: ' ' }, 422, 'form_param_missing', 'body'],
    [{ subject: '' }, 422, 'form_param_missing', 'subject'],
    [{ from_email_name: 'a@b' }, 422, 'form_param_format_invalid', 'from_email_name'],
    [{ colour: 'red' }, 422, 'form_param_unknown', 'colour'],
  ])('refuse the change %j and stay as they are', async (change, status, code, param) => {
    const before = (await client.get(CODE)).body;
    const answer = await client.put(CODE, change);
    expect([answer.status, answer.code, answer.param]).toEqual([status, code, param]);
    expect((await client.get(CODE)).body).toEqual(before);
  });

  it('exist under their slugs only', async () => {
    for (const [method, path] of [
      ['GET', '/templates/email/none'],
      ['PUT', '/templates/email/none'],
      ['POST', '/templates/sms/magic_link_sign_in/preview'],
      ['POST', '/templates/email/none/revert'],
      ['POST', '/templates/email/none/toggle_delivery'],
    ] as const) {
      const answer = await client.send(method, path);
      expect([path, answer.status, answer.code]).toEqual([path, 404, 'resource_not_found']);
    }
    const push = await client.post('/templates/push/verification_code/preview', {});
    expect([push.status, push.code]).toEqual([400, 'template_type_unsupported']);
  });

  it('of SMS have no subject; the texts of notices are fixed', async () => {
    const { body } = await client.put('/templates/sms/verification_code', { subject: 'x', body: '{{otp_code}}!' });
    expect(body).toMatchObject({ subject: null, body: '{{otp_code}}!' });
    expect(body).not.toHaveProperty('from_email_name');
    const notice = await client.put('/templates/sms/password_changed', { body: 'other' });
    expect([notice.status, notice.code]).toEqual([400, 'template_body_modification_restricted']);
    expect((await client.put('/templates/sms/password_changed', { name: 'Changed' })).body).toMatchObject({
      name: 'Changed',
      can_edit_body: false,
      can_toggle: true,
    });
  });
});

describe('a preview', () => {
  it('fills in sample values and saves nothing', async () => {
    const before = (await client.get(CODE)).body;
    const { body } = await client.post(`${CODE}/preview`, {
      subject: '{{otp_code}} for {{org.name}}',
      body: '<p>{{org.name}} {{#if nothing}}never{{else}}{{app.domain_name}}{{/if}}</p>',
      from_email_name: 'codes',
      reply_to_email_name: 'help',
    });
    expect(body).toEqual({
      subject: '424242 for Juniper & Sons',
      body: '<p>Juniper &amp; Sons acme.example.com</p>',
      from_email_address: 'codes@acme.example.com',
      reply_to_email_address: 'help@acme.example.com',
    });
    expect((await client.get(CODE)).body).toEqual(before);
  });

  it('without a wording shows the one in force', async () => {
    await client.put('/templates/sms/verification_code', { body: 'Your code: {{otp_code}}' });
    expect((await client.post('/templates/sms/verification_code/preview', {})).body).toEqual({ body: 'Your code: 424242' });
  });

  it('refuses what cannot be rendered', async () => {
    expect((await client.post(`${CODE}/preview`, { body: '{{/if}}' })).code).toBe('invalid_template_body');
  });
});

describe('interpolation', () => {
  const filled = (text: string, values: Record<string, string>, format: 'html' | 'text' = 'html') =>
    render(parseTemplate(text), values, format);

  it.each([
    ['{{a}} {{ b.c }}', { a: '1', 'b.c': '2' }, '1 2'],
    ['{{a}}{{{a}}}{{> a}}', { a: '<i>"\'&' }, '&lt;i&gt;&quot;&#39;&amp;<i>"\'&<i>"\'&'],
    ['{{#if a}}x{{#unless b}}y{{/unless}}{{/if}}', { a: '1' }, 'xy'],
    ['{{#unless a}}x{{else}}y{{/unless}}', { a: '1' }, 'y'],
    ['a{{! a note }}b{{!-- {{note}} --}}c', {}, 'abc'],
    ['{{constructor}}{{toString}}', {}, ''],
    ['{ "json": {} }', {}, '{ "json": {} }'],
  ])('%s', (text, values, wanted) => {
    expect(filled(text, values)).toBe(wanted);
  });

  it('leaves plain texts unescaped', () => {
    expect(filled('{{a}}', { a: 'R&D' }, 'text')).toBe('R&D');
  });

  it.each([
    '{{a',
    'a}}',
    '{{}}',
    '{{a b}}',
    '{{/if}}',
    '{{else}}',
    '{{#if a}}',
    '{{#if a}}{{/unless}}',
    '{{#each a}}{{/each}}',
    '{{#if a}}{{else}}{{else}}{{/if}}',
  ])('refuses %s', (text) => {
    expect(() => parseTemplate(text)).toThrow(TemplateSyntaxError);
  });
});
