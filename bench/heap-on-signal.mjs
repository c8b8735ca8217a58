// Loaded into a program under test: on SIGUSR2 it throws away all garbage and tells on stderr what is left.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`${JSON.stringify({ msg: 'heap', heapBytes: heapUsed + external, rssBytes: rss })}\n`);
});
