import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type Client, idsOf, openSandbox, rowsOf } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: { domain: 'acme.example.com' } });
});

const outcome = ({ status, code, param }: Answer) => [status, code, param];

describe('domains', () => {
  const primary = async () => rowsOf((await client.get('/domains')).body)[0];
  const satellite = (name: string, more: object = {}) => client.post('/domains', { name, is_satellite: true, ...more });

  it('grow by a new home where a production instance leaves that of a hosting provider', async () => {
    const move = (on: Client) => on.post('/domains', { name: 'example.org', is_satellite: false });
    const refused = await move(client);
    expect([refused.code, refused.param]).toEqual(['form_param_value_invalid', 'is_satellite']);
    const hosted = await openSandbox({ seed: { settings: { environment_type: 'production' }, domain: 'shop.vercel.app' } });
    const { body } = await move(hosted);
    expect(body).toMatchObject({ name: 'example.org', is_satellite: false });
    const second = await hosted.post('/domains', { name: 'example.net', is_satellite: false });
    expect([second.status, second.code]).toEqual([422, 'primary_domain_already_exists']);
    const home = rowsOf((await hosted.get('/domains')).body)[0];
    expect((await hosted.delete(`/domains/${home?.id}`)).code).toBe('operation_not_allowed_on_primary_domain');
    expect((await hosted.delete(`/domains/${body.id}`)).status).toBe(200);
  });

  it('begin with the primary one and grow by satellites', async () => {
    const { body } = await satellite('Shop.Example.org');
    expect(body).toMatchObject({
      object: 'domain',
      name: 'shop.example.org',
      is_satellite: true,
      accounts_portal_url: null,
      proxy_url: null,
      frontend_api_url: 'https://clerk.shop.example.org',
      cname_targets: [{ host: 'clerk.shop.example.org', required: true }],
    });
    const { body: list } = await client.get('/domains');
    expect(list.total_count).toBe(2);
    expect(rowsOf(list).map((row) => row.name)).toEqual(['acme.example.com', 'shop.example.org']);
    expect(rowsOf(list)[0]?.cname_targets).toHaveLength(3);
  });

  it('work through a proxy, and then need no DNS', async () => {
    const { body } = await satellite('localhost:3000', { proxy_url: 'https://shop.example.org/__clerk' });
    expect(body).toMatchObject({ frontend_api_url: 'https://shop.example.org/__clerk', cname_targets: [] });
    const back = await client.patch(`/domains/${body.id}`, { proxy_url: null });
    expect(back.body).toMatchObject({ proxy_url: null, frontend_api_url: 'https://clerk.localhost:3000' });
  });

  it('can be renamed', async () => {
    client = await openSandbox({ seed: { domain: 'acme.example.com', settings: { environment_type: 'production' } } });
    const { id } = (await satellite('shop.example.org')).body;
    expect((await client.patch(`/domains/${id}`, { name: 'www.shop.example.net' })).body.name).toBe('www.shop.example.net');
    const home = `/domains/${(await primary())?.id}`;
    expect((await client.patch(home, { name: 'www.acme.example.net' })).body.name).toBe('acme.example.net');
    expect((await client.patch(home, { name: 'www.acme.example.net', is_secondary: true })).body.name).toBe(
      'www.acme.example.net',
    );
    expect((await client.patch(home, { name: 'www.acme.example.net', is_secondary: true })).status).toBe(200);
    expect((await client.patch(home, { name: null, proxy_url: null })).body.name).toBe('www.acme.example.net');
    expect((await client.patch('/domains/dmn_none', { name: 'a.example.com' })).status).toBe(404);
  });

  it.each([
    [{ name: 'acme.example.com' }, 'home_url_taken', 'name'],
    [{ name: 'https://shop.example.org' }, 'form_param_format_invalid', 'name'],
    [{ name: 'shop' }, 'form_param_format_invalid', 'name'],
    [{ name: 'x.clerk.com' }, 'reserved_domain', 'name'],
    [{ name: 'clerk.shop.example.org' }, 'reserved_subdomain', 'name'],
    [{ name: 'shop.vercel.app' }, 'known_hosting_domain', 'name'],
    [{ name: 'a.example.org', is_satellite: false }, 'form_param_value_invalid', 'is_satellite'],
    [{ name: 'a.example.org', proxy_url: 'http://a.example.org/p' }, 'invalid_proxy_configuration', 'proxy_url'],
    [{}, 'form_param_missing', 'name'],
  ])('refuse %j', async (body, code, param) => {
    expect(outcome(await client.post('/domains', { is_satellite: true, ...body }))).toEqual([422, code, param]);
    expect((await client.get('/domains')).body.total_count).toBe(1);
  });

  it('a refused change changes nothing', async () => {
    const { id } = (await satellite('shop.example.org')).body;
    for (const change of [
      { name: 'acme.example.com' },
      { proxy_url: 'https://proxy.invalid' },
      { name: 'b.example.org', proxy_url: 'x' },
    ]) {
      expect((await client.patch(`/domains/${id}`, change)).status).toBe(422);
    }
    expect(rowsOf((await client.get('/domains')).body)[1]).toMatchObject({ name: 'shop.example.org', proxy_url: null });
  });

  it('can be deleted but for the primary one', async () => {
    const { id } = (await satellite('shop.example.org')).body;
    expect((await client.delete(`/domains/${id}`)).body).toEqual({ object: 'domain', id, deleted: true });
    expect((await client.delete(`/domains/${id}`)).status).toBe(404);
    expect(outcome(await client.delete(`/domains/${(await primary())?.id}`))).toEqual([
      403,
      'operation_not_allowed_on_primary_domain',
      undefined,
    ]);
    expect((await satellite('shop.example.org')).status).toBe(200);
  });
});

describe('a proxy check', () => {
  it('tells whether a proxy would work, and changes no domain', async () => {
    const [domain] = rowsOf((await client.get('/domains')).body);
    const question = { domain_id: domain?.id, proxy_url: 'https://acme.example.com/__clerk' };
    const { body } = await client.post('/proxy_checks', question);
    expect(body).toMatchObject({ object: 'proxy_check', ...question, successful: true, last_run_at: client.clock.now });
    client.clock.now += 5000;
    const again = (await client.post('/proxy_checks', question)).body;
    expect(again).toMatchObject({ id: body.id, created_at: body.created_at, last_run_at: client.clock.now });
    expect(rowsOf((await client.get('/domains')).body)[0]).toEqual(domain);
  });

  it('refuses a proxy that never answers, and a domain that is not there', async () => {
    const [domain] = rowsOf((await client.get('/domains')).body);
    const check = async (body: object) => outcome(await client.post('/proxy_checks', body));
    const proxy_url = 'https://acme.example.com/__clerk';
    expect(await check({ domain_id: domain?.id, proxy_url: 'https://proxy.invalid/p' })).toEqual([
      422,
      'invalid_proxy_configuration',
      'proxy_url',
    ]);
    expect(await check({ domain_id: 'dmn_none', proxy_url })).toEqual([422, 'form_resource_not_found', 'domain_id']);
    expect(await check({ proxy_url })).toEqual([422, 'form_param_missing', 'domain_id']);
    expect(await check({ domain_id: domain?.id })).toEqual([422, 'form_param_missing', 'proxy_url']);
  });
});

describe('redirect URLs', () => {
  it('are kept, found and removed, each once', async () => {
    const urls = ['https://app.example.com/callback', 'my-app://callback', 'http://localhost:3000/back'];
    for (const url of urls) {
      expect((await client.post('/redirect_urls', { url })).body).toMatchObject({ object: 'redirect_url', url });
      client.clock.now += 1;
    }
    const list = (await client.get('/redirect_urls')).body;
    expect(rowsOf(list).map((row) => row.url)).toEqual(urls.toReversed());
    expect((await client.get('/redirect_urls?paginated=true&limit=1')).body).toMatchObject({ total_count: 3 });
    const [id] = idsOf(list);
    expect((await client.get(`/redirect_urls/${id}`)).body).toEqual(rowsOf(list)[0]);
    const twice = await client.post('/redirect_urls', { url: urls[0] });
    expect([twice.status, twice.code]).toEqual([400, 'duplicate_record']);
    expect((await client.delete(`/redirect_urls/${id}`)).body).toEqual({ object: 'redirect_url', id, deleted: true });
    expect((await client.get(`/redirect_urls/${id}`)).status).toBe(404);
    expect((await client.delete(`/redirect_urls/${id}`)).status).toBe(404);
  });

  it.each(['nonsense', '/path', 'http://app.example.com', 'javascript://alert(1)', 'data://x', 'https:app', 'https://'])(
    'refuse %s',
    async (url) => {
      expect(outcome(await client.post('/redirect_urls', { url }))).toEqual([422, 'form_param_format_invalid', 'url']);
    },
  );
});

describe('the Svix app', () => {
  const loginOf = ({ body }: Answer) =>
    JSON.parse(Buffer.from(String(body.svix_url).split('#key=')[1] ?? '', 'base64url').toString()) as Record<string, string>;

  it('is made once, opened by fresh links, and deleted', async () => {
    const made = await client.post('/webhooks/svix');
    const { appId, oneTimeToken } = loginOf(made);
    const link = loginOf(await client.post('/webhooks/svix_url'));
    expect(link.appId).toBe(appId);
    expect(link.oneTimeToken).not.toBe(oneTimeToken);
    const twice = await client.post('/webhooks/svix');
    expect([twice.status, twice.code]).toEqual([400, 'bad_request']);
    const gone = await client.delete('/webhooks/svix');
    expect([gone.status, gone.body]).toEqual([204, null]);
    expect(loginOf(await client.post('/webhooks/svix')).appId).not.toBe(appId);
  });

  it('that is not there has no link and cannot be deleted', async () => {
    for (const answer of [await client.post('/webhooks/svix_url'), await client.delete('/webhooks/svix')]) {
      expect([answer.status, answer.code]).toEqual([400, 'svix_app_missing']);
    }
  });
});

describe('the interstitial', () => {
  const KEY = `pk_test_${Buffer.from('quiet.moth-1.clerk.accounts.dev$').toString('base64')}`;
  const src = ({ body }: Answer) => /<script async[^>]* src="([^"]*)"/.exec(String(body))?.[1];

  it('is an HTML page that loads Clerk from where the query says, without a key of the caller', async () => {
    const answer = await client.send('GET', `/public/interstitial?publishable_key=${KEY}`, { headers: { authorization: '' } });
    expect([answer.status, answer.type]).toEqual([200, 'text/html']);
    expect(src(answer)).toMatch(/^https:\/\/quiet\.moth-1\.clerk\.accounts\.dev\/npm\//);
    expect(src(await client.get('/public/interstitial?frontend_api=clerk.acme.example.com'))).toMatch(/^https:\/\/clerk\.acme/);
    expect(src(await client.get('/public/interstitial?frontendApi=clerk.acme.example.com'))).toMatch(/^https:\/\/clerk\.acme/);
    const proxied = await client.get(
      '/public/interstitial?frontend_api=a.b&proxy_url=https%3A%2F%2Facme.example.com%2F__clerk%2F',
    );
    expect(src(proxied)).toMatch(/^https:\/\/acme\.example\.com\/__clerk\/npm\//);
    const own = await client.get('/public/interstitial?frontend_api=a.b&domain=shop.example.org&use_domain_for_script=true');
    expect(src(own)).toMatch(/^https:\/\/clerk\.shop\.example\.org\/npm\//);
  });

  it('lets nothing of the query out of its place', async () => {
    const evil = encodeURIComponent('"><script>alert(1)</script>');
    const answer = await client.get(`/public/interstitial?frontend_api=a.b&sign_in_url=${evil}&domain=${evil}&proxy_url=${evil}`);
    expect(String(answer.body)).not.toContain('<script>alert');
    expect(String(answer.body)).toContain('&lt;script&gt;alert');
  });

  it.each([
    ['', 'missing_query_parameter'],
    ['?publishable_key=pk_test_x', 'invalid_query_parameter_value'],
    [`?frontend_api=${encodeURIComponent('a"b')}`, 'invalid_query_parameter_value'],
  ])('needs to know where Clerk is: %s', async (query, code) => {
    const answer = await client.get(`/public/interstitial${query}`);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });
});
