/** The text without what stands at its end of `character`, in time that grows with the text: `/x+$/` takes the square of it. */
export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
