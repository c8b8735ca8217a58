/** The document cannot be used at all. `message` says why, for a person. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}
