/** More than any form of the page holds. */
const LARGEST_FORM = 64 * 1024;

/** The fields that a form of the page sends; `undefined` if the body is not a form, or too large. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/.test(request.headers.get('content-type') ?? '')) return undefined;
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > LARGEST_FORM) return undefined;
  }
  return new URLSearchParams(text + decoder.decode());
}
