import { afterAll, afterEach } from 'vitest';
import { afterEveryFile, afterEveryTest } from './ends.js';

// Runs again for each file.
afterEach(async () => {
  for (const end of afterEveryTest) await end();
});
afterAll(async () => {
  for (const end of afterEveryFile) await end();
});
