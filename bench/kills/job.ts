/** Must not be made twice: there is no key by which Clerk would know it again. */
export const CREATE = 'Organizations_createNewOrganization';
/** May be made again: afterwards all is as after the first. */
export const MERGE = 'Users_mergeUserMetadataAttributes';

/** Three calls in ten give somebody metadata, the others make an organization. */
const MERGED = 0.3;

export const usersOf = (items: number): string[] => Array.from({ length: Math.floor(items * MERGED) }, (_, nth) => `user_${nth}`);
export const companiesOf = (items: number): string[] =>
  Array.from({ length: items - usersOf(items).length }, (_, nth) => `Company ${nth}`);

export const seedOf = (items: number): object => ({
  users: usersOf(items).map((id) => ({ id, email_addresses: [`${id}@example.com`], public_metadata: { kept: id } })),
});

export const stepsOf = (items: number): object[] => [
  { name: 'create', tool: CREATE, for_each: companiesOf(items), arguments: { name: '$' } },
  { name: 'merge', tool: MERGE, for_each: usersOf(items), arguments: { user_id: '$', public_metadata: { seen: true } } },
];

export const APPLY = (plan: string): Record<string, unknown> => ({ plan, on_error: 'continue' });

/** Whatever goes wrong on the way to Clerk, some of it after it took effect. */
export const FAULTS = [CREATE, MERGE].flatMap((operations) => [
  { fault: 'rate_limit', operations, rate: 0.02, retry_after: 0 },
  { fault: 'error', operations, rate: 0.005, status: 500, takes_effect: true },
  { fault: 'error', operations, rate: 0.005, status: 500 },
  { fault: 'reset', operations, rate: 0.005, takes_effect: true },
  { fault: 'cut', operations, rate: 0.003 },
]);
