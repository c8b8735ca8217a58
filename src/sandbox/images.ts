import type { UploadedFile } from './handler.js';
import type { Instance } from './instance.js';
import type { SandboxRequest, SandboxResponse } from './middleware.js';
import { defineResource } from './resource.js';
import { missingParam, refuseParam } from './sandbox-error.js';
import type { Row } from './table.js';

/** Clerk's limit for an image. */
const MOST_BYTES = 10 * 1024 * 1024;

interface ImageRow extends Row {
  media_type: string;
  /** Base64, so that a row is plain data. */
  data: string;
}

/** An uploaded image. It is served at `/_sandbox/images/{id}` and never sent as JSON. */
const images = defineResource<ImageRow>()({ name: 'image', prefix: 'img' });

const startsWith = (bytes: Uint8Array, signature: readonly number[], at = 0): boolean =>
  signature.every((byte, index) => bytes[at + index] === byte);

/** The type of an image by its first bytes; undefined for what Clerk does not take. */
function sniff(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (startsWith(bytes, [0x47, 0x49, 0x46, 0x38])) return 'image/gif';
  if (startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, [0x57, 0x45, 0x42, 0x50], 8)) return 'image/webp';
  return undefined;
}

/** A multipart body: its texts, and the file in the field `field`. */
export async function readForm(
  request: SandboxRequest,
  field: string,
): Promise<{ fields: Record<string, unknown>; file: UploadedFile | undefined }> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { fields: {}, file: undefined };
  const form = await new Response(request.body, { headers: { 'content-type': type } }).formData().catch(() => undefined);
  const fields: Record<string, unknown> = {};
  let file: UploadedFile | undefined;
  for (const [name, value] of form?.entries() ?? []) {
    if (typeof value === 'string') fields[name] = value;
    else if (name === field) {
      const bytes = new Uint8Array(await value.arrayBuffer());
      file = { bytes, mediaType: sniff(bytes) };
    }
  }
  return { fields, file };
}

/** Keeps an uploaded image. @returns its id. @throws SandboxError when there is none, or none that Clerk takes. */
export function keepImage(instance: Instance, file: UploadedFile | undefined): string {
  if (file === undefined) throw missingParam('file', 'An image must be included.', 400);
  if (file.bytes.length > MOST_BYTES) {
    throw refuseParam('form_param_exceeds_allowed_size', 'file', 'is too large', 'An image can have at most 10 MB.', 413);
  }
  if (file.mediaType === undefined) {
    throw refuseParam(
      'form_param_format_invalid',
      'file',
      'is no image',
      'The file must be a PNG, JPEG, GIF or WebP image.',
      400,
    );
  }
  return instance.insert(images, { media_type: file.mediaType, data: Buffer.from(file.bytes).toString('base64') }).id;
}

export const imageExists = (instance: Instance, id: string): boolean => instance.get(images, id) !== undefined;

export function dropImage(instance: Instance, id: string): void {
  const row = instance.get(images, id);
  if (row !== undefined) instance.delete(images, row);
}

/** The address of a kept image, or of the picture that stands in for one. */
export const imageUrl = (instance: Instance, imageId: string | null, ownerId: string): string =>
  `${instance.origin}/_sandbox/images/${imageId ?? ownerId}`;

const HUES = 360;

/** A kept image, or for any other id a plain coloured disc, the same each time. */
export function serveImage(instance: Instance, id: string): SandboxResponse {
  const row = instance.get(images, id);
  if (row !== undefined) {
    return { status: 200, headers: { 'content-type': row.media_type }, body: new Uint8Array(Buffer.from(row.data, 'base64')) };
  }
  const hue = [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % HUES, 0);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="32" fill="hsl(${hue} 50% 50%)"/></svg>`;
  return { status: 200, headers: { 'content-type': 'image/svg+xml' }, body: new TextEncoder().encode(svg) };
}
