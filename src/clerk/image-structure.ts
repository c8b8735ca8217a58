import { crc32, createInflate } from 'node:zlib';

/** The media types that Clerk accepts for a profile image or a logo. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

type Check = (bytes: Buffer) => boolean | Promise<boolean>;

/**
 * Whether the bytes, from first to last, are a single image of the type, read the way a decoder does: every part has the
 * right length and, where the type has checksums, the right checksum; there are pixels; and nothing precedes or follows.
 */
export async function isWholeImage(bytes: Uint8Array, type: ImageType): Promise<boolean> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return await CHECKS[type](buffer);
  } catch (error) {
    // A length pointed past the end.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const CHECKS: Readonly<Record<ImageType, Check>> = {
  'image/png': isPng,
  'image/jpeg': isJpeg,
  'image/gif': isGif,
  'image/webp': isWebp,
};

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Samples per pixel, by the color type of a PNG. */
const PNG_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The seven passes of an interlaced PNG: where each begins and how far apart its pixels are. */
const PNG_PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

async function isPng(bytes: Buffer): Promise<boolean> {
  if (!bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return false;
  let at = 8;
  let header: Buffer | undefined;
  const data: Buffer[] = [];
  for (;;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (bytes.readUInt32BE(at + 8 + length) !== crc32(bytes.subarray(at + 4, at + 8 + length))) return false;
    at += length + 12;
    if ((header === undefined) !== (type === 'IHDR')) return false;
    if (type === 'IHDR') header = content;
    if (type === 'IDAT') data.push(content);
    if (type === 'IEND') break;
  }
  const wanted = header === undefined ? 0 : pngBytes(header);
  return at === bytes.length && wanted > 0 && (await inflatesTo(Buffer.concat(data), wanted));
}

/** The size of a PNG's pixels before compression, in bytes; 0 for an invalid header. */
function pngBytes(header: Buffer): number {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth = 0, color = 0, , , interlaced = 0] = header.subarray(8, 13);
  const samples = PNG_SAMPLES[color] ?? 0;
  const pass = (wide: number, high: number): number =>
    wide <= 0 || high <= 0 ? 0 : high * (1 + Math.ceil((wide * samples * depth) / 8));
  if (samples === 0 || ![1, 2, 4, 8, 16].includes(depth)) return 0;
  if (interlaced === 0) return pass(width, height);
  return PNG_PASSES.reduce(
    (sum, [left, top, across, down]) => sum + pass(Math.ceil((width - left) / across), Math.ceil((height - top) / down)),
    0,
  );
}

/** Runs off the main thread, and does not keep the output. */
function inflatesTo(data: Buffer, wanted: number): Promise<boolean> {
  return new Promise((resolve) => {
    const inflate = createInflate();
    let length = 0;
    inflate.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > wanted) inflate.destroy();
    });
    inflate.on('end', () => resolve(length === wanted && inflate.bytesWritten === data.length));
    inflate.on('error', () => resolve(false));
    inflate.on('close', () => resolve(false));
    inflate.end(data);
  });
}

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
/** The markers among `SOF0` to `SOF15` that begin a frame. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

function isJpeg(bytes: Buffer): boolean {
  if (bytes.readUInt16BE(0) !== ((MARKER << 8) | START_OF_IMAGE)) return false;
  let at = 2;
  let hasFrame = false;
  let hasScan = false;
  for (;;) {
    if (bytes.readUInt8(at) !== MARKER) return false;
    // A marker may be preceded by any number of fill bytes.
    while (bytes.readUInt8(at) === MARKER) at++;
    const marker = bytes.readUInt8(at++);
    if (marker === END_OF_IMAGE) return hasFrame && hasScan && at === bytes.length;
    const length = bytes.readUInt16BE(at);
    if (length < 2) return false;
    if (isFrame(marker)) hasFrame = bytes.readUInt16BE(at + 5) > 0;
    at += length;
    if (marker !== START_OF_SCAN) continue;
    if (!hasFrame) return false;
    const end = endOfScan(bytes, at);
    hasScan = end > at;
    at = end;
  }
}

/** Where the coded pixels end: at the first marker that does not belong to them. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MARKER, from); at !== -1; at = bytes.indexOf(MARKER, at + 1)) {
    const next = bytes.readUInt8(at + 1);
    if (next !== 0 && next !== MARKER && !isRestart(next)) return at;
  }
  return bytes.length;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

function isGif(bytes: Buffer): boolean {
  if (!/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return false;
  let at = 13 + gifColors(bytes.readUInt8(10));
  let hasImage = false;
  for (;;) {
    const block = bytes.readUInt8(at++);
    if (block === TRAILER) return hasImage && at === bytes.length;
    if (block === EXTENSION) at = endOfGifBlocks(bytes, at + 1);
    else if (block === IMAGE) {
      if (bytes.readUInt16LE(at + 4) === 0 || bytes.readUInt16LE(at + 6) === 0) return false;
      at += 9 + gifColors(bytes.readUInt8(at + 8));
      const codeSize = bytes.readUInt8(at);
      if (codeSize < 2 || codeSize > 8 || bytes.readUInt8(at + 1) === 0) return false;
      at = endOfGifBlocks(bytes, at + 1);
      hasImage = true;
    } else return false;
  }
}

/** The size of the color table that these flags announce, in bytes. */
const gifColors = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function endOfGifBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) at += length + 1;
  return at + 1;
}

function isWebp(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return false;
  return bytes.readUInt32LE(4) + 8 === bytes.length && hasWebpPixels(bytes, 12);
}

/** Whether the chunks from here on fill the bytes exactly, and one of them holds pixels. */
function hasWebpPixels(bytes: Buffer, from: number): boolean {
  let hasPixels = false;
  let at = from;
  while (at < bytes.length) {
    const type = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (content.length < length) return false;
    if (type === 'VP8 ') hasPixels ||= content.readUIntBE(3, 3) === 0x9d012a && content.length > 10;
    if (type === 'VP8L') hasPixels ||= content.readUInt8(0) === 0x2f && content.length > 5;
    if (type === 'ANMF') hasPixels ||= hasWebpPixels(content, 16);
    at += 8 + length + (length % 2);
  }
  return hasPixels && at === bytes.length;
}
