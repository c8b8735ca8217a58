import type { Instance } from '../instance.js';
import { organizationSettings } from '../resources/instance-settings.js';
import { organizations } from '../resources/organization.js';
import { featureNotEnabled, malformedParam, refuseParam } from '../sandbox-error.js';

const SLUG = /^[a-z0-9-]+$/;

/** The slug, checked. @throws SandboxError when slugs are off, or another organization has it. */
export function parseSlug(instance: Instance, slug: string, exceptId?: string): string {
  if (instance.store.setting(organizationSettings).slug_disabled) {
    throw featureNotEnabled('Organization slugs', 'slug_disabled of the organization settings');
  }
  if (!SLUG.test(slug)) throw malformedParam('slug', 'slug can have lower-case letters, digits and "-" only.');
  const holder = instance.one(organizations, 'slug', slug);
  if (holder !== undefined && holder.id !== exceptId) {
    throw refuseParam('form_identifier_exists', 'slug', 'is taken', `The slug ${slug} is taken. Please try another.`);
  }
  return slug;
}

/** A free slug made of the name. */
export function slugOf(instance: Instance, name: string): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'organization';
  let slug = plain;
  for (let nth = 2; instance.one(organizations, 'slug', slug) !== undefined; nth++) slug = `${plain}-${nth}`;
  return slug;
}
