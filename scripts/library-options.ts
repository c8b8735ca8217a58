import * as z from 'zod';
import { HTTP_OPTIONS } from '../src/config/http-options.js';
import type { Option } from '../src/config/option.js';
import { OPTIONS } from '../src/config/server-options.js';

/** Settings of the command line that the application which mounts the handler decides by itself. */
const LISTENING: ReadonlySet<string> = new Set(['host', 'port', 'headersTimeout', 'maxConnections']);

/** A number that some setting or other takes, since each has its own bounds. */
const NUMBERS = ['1', '10', '1000', '65536'];

/** How a program writes the value that the command line takes as text. */
function typeOf({ flag, schema }: Option): string {
  if (!flag.includes('<')) return 'boolean';
  if (flag.includes('...>')) return 'string | readonly string[]';
  const takes = schema();
  if (takes instanceof z.ZodEnum) return takes.options.map((value) => `'${value}'`).join(' | ');
  return NUMBERS.some((text) => typeof takes.safeParse(text).data === 'number') ? 'number' : 'string';
}

function member([name, option]: readonly [string, Option]): string {
  const value = option.default === undefined ? '' : ` Default: ${option.default}.`;
  const unit = option.flag.includes('<ms>') ? ' In milliseconds.' : '';
  const help = option.flag.startsWith('--no-') ? `\`false\`: ${option.help}` : option.help;
  return `  /** ${help}.${unit}${value} */\n  readonly ${name}?: ${typeOf(option)};\n`;
}

/** The source with what the handler takes of the settings, as the table of the settings has them now. */
export function renderLibraryOptions(source: string): string {
  const settings = Object.entries<Option>({ ...OPTIONS, ...HTTP_OPTIONS }).filter(([name]) => !LISTENING.has(name));
  const place = /( {2}\/\/ settings:begin\n)[\s\S]*?( {2}\/\/ settings:end)/;
  if (!place.test(source)) throw new Error('the source has no place for the settings');
  return source.replace(place, (_, begin: string, end: string) => `${begin}${settings.map(member).join('')}${end}`);
}
