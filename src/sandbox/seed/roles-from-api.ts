import * as z from 'zod';
import { ADMIN, MEMBER } from '../resources/roles.js';
import type { SeedDescription, SeedRoleSet } from './description.js';

const keyed = z.object({ id: z.string(), key: z.string(), name: z.string(), description: z.string().nullish() });
const reference = z.object({ key: z.string() });

const apiRole = keyed.extend({ permissions: z.array(reference) });
const apiRoleSet = keyed.extend({
  roles: z.array(reference),
  default_role: reference.nullish(),
  creator_role: reference.nullish(),
  type: z.string(),
});

/** Roles and all that belongs to them, as the API answered. Empty where the instance has no such thing. */
export interface ApiRoles {
  readonly permissions: readonly unknown[];
  readonly roles: readonly unknown[];
  readonly role_sets: readonly unknown[];
}

/** The roles of an instance as a seed, and what its organizations can make of them. */
export interface ConvertedRoles {
  readonly seed: Pick<SeedDescription, 'permissions' | 'roles' | 'role_sets'>;
  /** The key of a role set that is in the seed; undefined where the organization gets the initial one. */
  setOf(key: string | null | undefined): string | undefined;
  /** The role, or what stands in for one that the organization's role set lacks. */
  roleIn(set: string | undefined, role: string): string;
}

/** @param omit Told what is left out. @throws ZodError */
export function rolesFromApi(content: ApiRoles, omit: (what: string) => void): ConvertedRoles {
  const permissions = z.array(keyed).parse(content.permissions).map(described);
  const roles = z
    .array(apiRole)
    .parse(content.roles)
    .map((role) => ({ ...described(role), permissions: role.permissions.map(({ key }) => key) }));
  const sets = z.array(apiRoleSet).parse(content.role_sets).flatMap(setSeed);
  const initial = sets.find((set) => set.initial);
  const known = [ADMIN, MEMBER, ...roles.map(({ key }) => key)];
  return {
    seed: {
      ...(permissions.length > 0 ? { permissions } : {}),
      ...(roles.length > 0 ? { roles } : {}),
      ...(sets.length > 0 ? { role_sets: sets } : {}),
    },
    setOf: (key) => sets.find((set) => set.key === key)?.key,
    roleIn: (key, role) => {
      const set = sets.find((one) => one.key === key) ?? initial;
      if ((set?.roles ?? known).includes(role)) return role;
      const substitute = set?.default_role ?? MEMBER;
      omit(`roles that the organization does not offer, here ${substitute}`);
      return substitute;
    },
  };
}

const described = ({ id, key, name, description }: z.infer<typeof keyed>) => ({
  id,
  key,
  name,
  ...(typeof description === 'string' ? { description } : {}),
});

/** A set that is without one of its duties, as one that Clerk is moving away from can be, is left out. */
function setSeed(set: z.infer<typeof apiRoleSet>): SeedRoleSet[] {
  if (!set.default_role || !set.creator_role) return [];
  return [
    {
      ...described(set),
      roles: set.roles.map(({ key }) => key),
      default_role: set.default_role.key,
      creator_role: set.creator_role.key,
      initial: set.type === 'initial',
    },
  ];
}
