import * as z from 'zod';
import { errorMessage } from '../platform/error-message.js';
import { expandHome } from '../platform/home.js';
import { isLoopback } from '../platform/is-loopback.js';
import { parseShipTarget, type ShipTarget } from '../platform/ship-target.js';

/** A list written with commas; a flag given twice adds to it. */
export const list = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(',')))
    .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''))
    .refine((parts) => parts.length > 0, 'is empty');

/** Where the record is delivered to. */
export const shipTargets = () =>
  list()
    .refine((parts) => new Set(parts).size === parts.length, 'names one target twice')
    .transform((parts, context) => {
      try {
        return apart(parts.map(parseShipTarget));
      } catch (error) {
        context.addIssue({ code: 'custom', message: errorMessage(error) });
        return z.NEVER;
      }
    });

/** Two targets at one host have the same name, and are shown apart. */
const apart = (targets: readonly ShipTarget[]): ShipTarget[] =>
  targets.map((target) =>
    targets.filter(({ name }) => name === target.name).length === 1
      ? target
      : { ...target, name: `${target.name} (${target.id})` },
  );

const TRUE = new Set(['1', 'true', 'yes', 'on']);
const FALSE = new Set(['0', 'false', 'no', 'off']);

export const onOff = () =>
  z.union([z.boolean(), z.string()]).transform((value, context) => {
    if (typeof value === 'boolean') return value;
    const word = value.trim().toLowerCase();
    if (TRUE.has(word)) return true;
    if (FALSE.has(word)) return false;
    context.addIssue({ code: 'custom', message: 'expected true or false' });
    return z.NEVER;
  });

/** The path of a file or a folder; `~` is the user's home. */
export const path = () => z.string().min(1, 'expected a path').transform(expandHome);

export const count = (least: number, most: number, of = 'whole number') =>
  z.string().regex(/^\d+$/, `expected a ${of}`).transform(Number).pipe(z.int().min(least).max(most));

/** An https address; http is allowed for this machine only. */
export const webAddress = () =>
  z
    .string()
    .refine(isWebAddress, 'expected an https address')
    .transform((url) => url.replace(/\/$/, ''));

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Whether an address holds no secret, since it is shown. */
export function isBareWebAddress(text: string): boolean {
  if (!isWebAddress(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

export const milliseconds = () => count(1, 600_000, 'whole number of milliseconds');

/** A time in RFC 3339 or Unix milliseconds, converted to Unix milliseconds. */
export const moment = () =>
  z.string().transform((text, context) => {
    const time = /^\d+$/.test(text)
      ? Number(text)
      : z.iso.datetime({ offset: true }).safeParse(text).success
        ? Date.parse(text)
        : Number.NaN;
    if (Number.isSafeInteger(time)) return time;
    context.addIssue({ code: 'custom', message: 'expected a time like 2026-01-31T12:00:00Z, or Unix milliseconds' });
    return z.NEVER;
  });
