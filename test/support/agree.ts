import type { Answer } from './elicitation.js';

/** A person who agrees to all that they are asked, and types what is asked for. */
export function agree({ message, requestedSchema }: { message: string; requestedSchema: unknown }): Answer {
  if (message === '') throw new Error('a question without words');
  const { properties } = requestedSchema as { properties: { typed?: { title: string } } };
  const word = /"(.*)"/.exec(properties.typed?.title ?? '')?.[1];
  return { action: 'accept', content: word === undefined ? { confirm: true } : { typed: word } };
}
