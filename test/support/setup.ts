import { afterEach } from 'vitest';
import { afterEveryTest } from './ends.js';

// Runs again for each file.
afterEach(async () => {
  for (const end of afterEveryTest) await end();
});
