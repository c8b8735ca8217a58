// Receives the record of clerk-mcp as signed webhooks, and keeps it so that `clerk-mcp audit verify --received` can check it.
//
//   CLERK_MCP_AUDIT_SHIP_SECRET=whsec_… node examples/audit-receiver.mjs FOLDER [PORT]
//   clerk-mcp http --audit-log audit.jsonl --audit-ship http://localhost:8787
//
// Put TLS before it on any other machine: clerk-mcp sends to https addresses only, and to this machine.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder = 'received', port = '8787'] = process.argv.slice(2);
const secret = process.env.CLERK_MCP_AUDIT_SHIP_SECRET ?? '';
if (secret === '') throw new Error('CLERK_MCP_AUDIT_SHIP_SECRET is not set');
const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
mkdirSync(folder, { recursive: true, mode: 0o700 });

const FIVE_MINUTES = 300;
const LARGEST = 4 * 1024 * 1024;

/** Whether the message is from someone who has the secret, and not an old one that someone sends again. */
function isGenuine(headers, body) {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > FIVE_MINUTES) return false;
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  // While a secret is replaced there can be several signatures.
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((each) => each.startsWith('v1,'))
    .map((each) => Buffer.from(each.slice(3), 'base64'))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}

const hashOf = (line) => createHash('sha256').update(line).digest('hex');

/** What has been received, by the ids of the logs. A database would have a unique index on the hash instead. */
const known = new Map();

function knownOf(id, file) {
  if (!known.has(id))
    known.set(id, new Set(existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').map(hashOf) : []));
  return known.get(id);
}

/** Appends the lines that are not here yet: a message can come again, as a whole or with others. */
function keep({ log, lines }) {
  if (!/^[0-9a-f]{16}$/.test(log.id)) throw new Error('no id of a log');
  const file = join(folder, `${log.id}.jsonl`);
  const hashes = knownOf(log.id, file);
  const fresh = lines.filter((line) => !hashes.has(hashOf(line)));
  if (fresh.length === 0) return;
  appendFileSync(file, `${fresh.join('\n')}\n`, { mode: 0o600, flush: true });
  for (const line of fresh) hashes.add(hashOf(line));
}

const server = createServer((request, response) => {
  const chunks = [];
  let length = 0;
  request.on('data', (chunk) => {
    length += chunk.length;
    if (length > LARGEST) response.writeHead(413, { connection: 'close' }).end();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (response.headersSent) return;
    const body = Buffer.concat(chunks).toString();
    if (!isGenuine(request.headers, body)) {
      response.writeHead(401).end();
      return;
    }
    try {
      const { type, data } = JSON.parse(body);
      // Answered only when the lines are on the disk: until then the sender keeps them for us.
      if (type === 'audit.records') keep(data);
      response.writeHead(204).end();
    } catch (error) {
      process.stderr.write(`${error}\n`);
      response.writeHead(500).end();
    }
  });
});
server.listen(Number(port), '127.0.0.1', () =>
  process.stdout.write(`receiving at http://localhost:${server.address().port} into ${folder}\n`),
);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
