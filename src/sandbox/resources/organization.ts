import * as z from 'zod';
import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { defineResource, type Row } from '../resource.js';
import { type Metadata, metadata, time } from './shapes.js';

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
  shape: z.strictObject({
    object: z.literal('organization'),
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    image_url: z.string(),
    logo_url: z.string().nullable(),
    has_image: z.boolean(),
    members_count: z.int().optional(),
    pending_invitations_count: z.int().optional(),
    missing_member_with_elevated_permissions: z.boolean().optional(),
    max_allowed_memberships: z.int(),
    admin_delete_enabled: z.boolean(),
    public_metadata: metadata,
    private_metadata: metadata,
    created_by: z.string().optional(),
    role_set_key: z.string(),
    created_at: time,
    updated_at: time,
  }),
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

export const publicOrganizationData = z.strictObject({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  image_url: z.string(),
  has_image: z.boolean(),
});

/** What others may see of an organization that is named in passing. */
export function publicDataOf(instance: Instance, organizationId: string): z.infer<typeof publicOrganizationData> {
  const row = instance.of(organizations).get(organizationId);
  if (row === undefined) throw new Error(`the organization ${organizationId} is lost`);
  const { id, name, slug, image_id } = row;
  return { id, name, slug, image_url: imageUrl(instance, image_id, id), has_image: image_id !== null };
}
