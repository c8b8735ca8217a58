import type { Image } from './image.js';
import type { ImageForm } from './request.js';

export interface EncodedForm {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Encodes the form. The file name in it gives the type and reveals nothing of the original path. */
export async function encodeForm(form: ImageForm, image: Image): Promise<EncodedForm> {
  const data = new FormData();
  for (const [name, value] of form.fields) data.append(name, value);
  const ending = image.mediaType.slice('image/'.length);
  data.append(form.field, new Blob([image.bytes], { type: image.mediaType }), `image.${ending}`);
  const response = new Response(data);
  return { contentType: response.headers.get('content-type') ?? '', bytes: new Uint8Array(await response.arrayBuffer()) };
}
