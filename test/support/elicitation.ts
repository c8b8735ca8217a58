/** What a person at the client answers to a form. */
export type Answer = { action: 'accept'; content: Record<string, string | boolean> } | { action: 'decline' | 'cancel' };

/** A link that the client is asked to show. */
export interface ShownLink {
  readonly message: string;
  readonly url: string;
  /** From before 2026-07-28 alone. */
  readonly elicitationId?: string | undefined;
}

/** The means by which a client can be asked. Those that are given it declares. */
export interface AskedClient {
  readonly person?: ((question: { message: string; requestedSchema: unknown }) => Answer | Promise<Answer>) | undefined;
  /** Whether the link is opened. */
  readonly opens?: ((link: ShownLink) => 'accept' | 'decline' | 'cancel') | undefined;
  /** Told when the server says that what a link was for is over. */
  readonly onComplete?: ((elicitationId: string) => void) | undefined;
}

/** The capabilities by which it declares them. */
export function declared({ person, opens }: AskedClient): {
  elicitation?: { form?: Record<string, never>; url?: Record<string, never> };
} {
  if (opens === undefined) return person === undefined ? {} : { elicitation: {} };
  return { elicitation: { ...(person && { form: {} }), url: {} } };
}

/** How it answers. */
export async function answerTo({ person, opens }: AskedClient, params: { message: string }): Promise<Answer> {
  if ('url' in params) {
    const action = opens?.(params as ShownLink) ?? 'cancel';
    return action === 'accept' ? ({ action } as Answer) : { action };
  }
  if (!('requestedSchema' in params) || person === undefined) return { action: 'cancel' };
  return person({ message: params.message, requestedSchema: params.requestedSchema });
}

export const isAsked = ({ person, opens }: AskedClient): boolean => person !== undefined || opens !== undefined;
