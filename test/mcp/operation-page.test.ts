import { expect, it } from 'vitest';
import { catalogWithJobs } from '../../src/app/load-catalog.js';
import { parseArguments } from '../../src/catalog/parse-arguments.js';
import { exampleOf, operationPage } from '../../src/mcp/resources/operation-page.js';

const { operations } = catalogWithJobs;

it('gives an example that the operation takes', async () => {
  const refused: string[] = [];
  for (const operation of operations) {
    const parsed = await parseArguments(operation, exampleOf(operation), true);
    if (!parsed.ok) refused.push(`${operation.name}: ${JSON.stringify(parsed.faults)}`);
  }
  expect(refused).toEqual([]);
});

it('tells of every change how it is confirmed and whether it can be taken back', () => {
  for (const operation of operations) {
    const page = operationPage(operation, operation.tool, undefined) as Record<string, unknown>;
    if (operation.risk === 'read') continue;
    expect([operation.name, page.risk, page.confirmed]).toEqual([operation.name, operation.risk, operation.gate]);
    if (!operation.isJob) expect([operation.name, page.undo]).toMatchObject([operation.name, { possible: expect.any(Boolean) }]);
  }
});
