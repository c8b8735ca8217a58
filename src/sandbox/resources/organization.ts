import type * as z from 'zod';
import type { publicOrganizationData } from '../../catalog/resources/organization.js';
import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { Metadata } from './shapes.js';

export interface OrganizationRow extends Row {
  name: string;
  slug: string;
  image_id: string | null;
  /** 0 for no limit. */
  max_allowed_memberships: number;
  admin_delete_enabled: boolean;
  public_metadata: Metadata;
  private_metadata: Metadata;
  created_by: string | null;
  role_set_key: string;
}

export const organizations = defineResource<OrganizationRow>()({
  name: 'organization',
  prefix: 'org',
  unique: { slug: (row) => row.slug },
  show: ({ image_id, created_by, ...row }, instance) => {
    const url = imageUrl(instance, image_id, row.id);
    return {
      object: 'organization',
      ...row,
      image_url: url,
      logo_url: image_id === null ? null : url,
      has_image: image_id !== null,
      ...(created_by === null ? {} : { created_by }),
    };
  },
});

/** What others may see of an organization that is named in passing. */
export function publicDataOf(instance: Instance, organizationId: string): z.infer<typeof publicOrganizationData> {
  const row = instance.get(organizations, organizationId);
  if (row === undefined) throw new Error(`the organization ${organizationId} is lost`);
  const { id, name, slug, image_id } = row;
  return { id, name, slug, image_url: imageUrl(instance, image_id, id), has_image: image_id !== null };
}
