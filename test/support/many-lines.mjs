// Carries out command lines one after the other in one process, so that a table of faults costs one start. Takes them as JSON on
// stdin, and prints for each what it wrote and its exit code.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const { main } = createRequire(program)('./start.js');
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
process.stdout.setMaxListeners(0);
process.stderr.setMaxListeners(0);
process.setMaxListeners(0);

const write = process.stdout.write.bind(process.stdout);
const told = [];
for (const { args, env } of JSON.parse(Buffer.concat(chunks).toString())) {
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    process[stream].write = (text) => {
      said[stream] += text;
      return true;
    };
  }
  const before = { ...process.env };
  Object.assign(process.env, env);
  process.exitCode = undefined;
  await main([process.execPath, program, ...args], () => {});
  told.push({ ...said, code: process.exitCode ?? 0 });
  for (const name of Object.keys(env)) delete process.env[name];
  Object.assign(process.env, before);
}
write(JSON.stringify(told), () => process.exit(0));
