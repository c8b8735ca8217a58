// Carries out commands of the built program one after the other, so that they share one start. Each has modules of its own, made
// anew from code that is compiled once: what one leaves behind, the next does not find.
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname, join, sep } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { compileFunction } from 'node:vm';

const [program, mark] = process.argv.slice(2);
const folder = dirname(program) + sep;
const require = createRequire(program);
const WRAPPED = ['exports', 'require', 'module', '__filename', '__dirname'];

const compiled = new Map();
Module._extensions['.js'] = (module, filename) => {
  const run = compiled.get(filename) ?? compileFunction(readFileSync(filename, 'utf8'), WRAPPED, { filename });
  compiled.set(filename, run);
  run.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
};

/** What a process does as it ends, at the end of each command; and what a command listens to, no longer after it. */
const emitters = [process, process.stdout, process.stderr];
for (const emitter of emitters) emitter.setMaxListeners(0);
const listening = () =>
  emitters.map((emitter) => new Map(emitter.eventNames().map((name) => [name, emitter.rawListeners(name)])));
function stopListening(code) {
  for (const listener of process.rawListeners('exit'))
    if (!before[0].get('exit')?.includes(listener)) listener.call(process, code);
  for (const [nth, now] of listening().entries()) {
    for (const [name, listeners] of now) {
      const kept = before[nth].get(name) ?? [];
      for (const listener of listeners) if (!kept.includes(listener)) emitters[nth].removeListener(name, listener);
    }
  }
}

/** A server takes stdout for itself. */
const [writeOut, writeErr] = [process.stdout.write, process.stderr.write];

/** Told by the command that is running that it ends here, and by a former one, whose time it was to end, too late. */
const running = new AsyncLocalStorage();
const exit = process.exit.bind(process);
process.exit = (code) => running.getStore()?.(code);

function carryOut({ args, env, stdin }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, program, ...args];
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(stdin, 'base64')]), configurable: true });
  for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
  return new Promise((resolve, reject) => {
    const { main } = running.run(resolve, () => require(join(folder, 'start.js')));
    running.run(resolve, () => main(process.argv, () => {})).then(resolve, reject);
  });
}

process.on('disconnect', () => exit(0));
process.on('message', async (command) => {
  const code = (await carryOut(command)) ?? process.exitCode ?? 0;
  stopListening(code);
  process.stdout.write = writeOut;
  process.stderr.write = writeErr;
  process.stdout.write(mark);
  process.stderr.write(mark);
  process.send(code);
});
const before = listening();
