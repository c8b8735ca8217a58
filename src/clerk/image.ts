import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, parse, relative, resolve } from 'node:path';
import type { Arguments } from '../catalog/operation-types.js';
import { isSameFile } from '../platform/same-file.js';
import { ImageError } from './errors.js';
import { IMAGE_TYPES, type ImageType, isWholeImage } from './image-structure.js';

/** The largest image that may be sent: 10 MB. */
export const MOST_IMAGE_BYTES = 10 * 1024 * 1024;

export interface Image {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Detected from the content, whatever was declared. */
  readonly mediaType: ImageType;
}

/** Whether a call may name a file on this machine, and which. */
export interface FileAccess {
  readonly allowLocalFiles: boolean;
  /** The folder below which they must be. Default: anywhere. */
  readonly filesDir?: string | undefined;
}

/**
 * Reads the image given to a call: `file_path`, or `file_base64` with `media_type`.
 *
 * @throws ImageError if it is not one of {@link IMAGE_TYPES}, too large, or unreadable.
 */
export async function readImage(operation: string, args: Arguments, options: FileAccess): Promise<Image> {
  const refuse = (message: string, hint: string): never => {
    throw new ImageError({ operation, message, hint: `${hint} Nothing was sent.` });
  };
  const bytes =
    args.file_path === undefined
      ? decode(args.file_base64, refuse)
      : options.allowLocalFiles
        ? await readLocal(args.file_path, options.filesDir, refuse)
        : refuse('file_path is not available to remote callers.', 'Give file_base64 and media_type instead.');
  const mediaType = await sniff(bytes);
  // Callers may send any bytes of their own. A file on this machine must be nothing but an image, or others could leak.
  const isWhole = args.file_path === undefined || (mediaType !== undefined && (await isWholeImage(bytes, mediaType)));
  if (mediaType === undefined || !isWhole)
    return refuse('The content is not a whole PNG, JPEG, GIF or WebP image.', 'Give an image of one of these types.');
  if (args.media_type !== undefined && args.media_type !== mediaType) {
    return refuse(
      `media_type does not match the content, which is ${mediaType}.`,
      `Set media_type to ${mediaType}, or give another image.`,
    );
  }
  return { bytes, mediaType };
}

type Refuse = (message: string, hint: string) => never;

const tooLarge = (refuse: Refuse): never => refuse('The image is larger than 10 MB.', 'Give a smaller one.');

function decode(base64: unknown, refuse: Refuse): Uint8Array<ArrayBuffer> {
  if (typeof base64 !== 'string' || base64 === '')
    return refuse('No image is given.', 'Give file_path, or file_base64 with media_type.');
  if (base64.length > Math.ceil(MOST_IMAGE_BYTES / 3) * 4) tooLarge(refuse);
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips anything that is not base64, so only strict input encodes back to itself.
  if (bytes.toString('base64') !== base64) {
    refuse('file_base64 is not base64.', 'Give plain padded base64: no data: prefix, no line breaks, not the URL alphabet.');
  }
  return bytes.length > MOST_IMAGE_BYTES ? tooLarge(refuse) : bytes;
}

/**
 * The file itself, after following all links. Outside the folder nothing is revealed, not even whether a file exists.
 * @throws the system's error where the file does not exist
 */
async function locate(path: string, filesDir: string | undefined, refuse: Refuse): Promise<string> {
  if (filesDir === undefined) return realpath(path);
  const folder = await realpath(filesDir);
  const given = resolve(filesDir, path);
  const isRoot = parse(folder).root === folder;
  if (!isRoot && (isBelow(given, resolve(filesDir)) || isBelow(given, folder))) {
    const real = await realpath(given);
    if (isBelow(real, folder)) return real;
  }
  return refuse(
    'file_path is not below the folder that files may be taken from.',
    isRoot
      ? 'The server was started without one: give file_base64, or start it with --files-dir.'
      : `Give a file below ${folder}, or file_base64; --files-dir sets another folder.`,
  );
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}

async function readLocal(path: unknown, filesDir: string | undefined, refuse: Refuse): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof path !== 'string' || path === '') return refuse('file_path is empty.', 'Give the path of an image.');
  try {
    // Checked before it is opened, since merely opening a device can have effects.
    const real = await locate(path, filesDir, refuse);
    const seen = await stat(real, { bigint: true });
    if (!seen.isFile()) return refuse('file_path is not a regular file.', 'Give the path of an image.');
    const file = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0));
    try {
      const opened = await file.stat({ bigint: true });
      if (!isSameFile(opened, seen)) return refuse('file_path changed while it was read.', 'Try again.');
      const size = Number(opened.size);
      if (size > MOST_IMAGE_BYTES) tooLarge(refuse);
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await file.read(bytes, 0, size, 0);
      return bytesRead === size ? bytes : refuse('file_path changed while it was read.', 'Try again.');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ImageError) throw error;
    return refuse(`file_path cannot be read${reason(error)}.`, 'Check the path.');
  }
}

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';

async function sniff(bytes: Uint8Array): Promise<ImageType | undefined> {
  const { fileTypeFromBuffer } = await import('file-type');
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  return IMAGE_TYPES.find((type) => type === found);
}
