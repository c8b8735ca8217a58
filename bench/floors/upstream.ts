/** Stands in for Clerk: answers at once, a list of ten users or one. Prints its address. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { user } from '../../test/response/users.js';

const one = Buffer.from(JSON.stringify(user(0)));
const ten = Buffer.from(JSON.stringify(Array.from({ length: 10 }, (_, nth) => user(nth))));

const server = createServer({ keepAliveTimeout: 600_000 }, ({ url }, response) => {
  const body = url?.startsWith('/v1/users/') ? one : ten;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`));
