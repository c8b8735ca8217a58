/** What a caller over stdio tells the soak. */
export type Told =
  /** The server's process is there. */
  | { readonly kind: 'started'; readonly server: number }
  /** It has answered the handshake. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answered'; readonly calls: number }
  /** A call has waited for longer than any may. */
  | { readonly kind: 'unanswered'; readonly call: string }
  /** The server has ended by itself, at the end of its input. */
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null; readonly late: boolean };

/** What becomes of the server's standard error. */
export const STDERRS = ['read', 'unread', 'closed', 'full'] as const;

export interface CallerOptions {
  readonly seed: number;
  readonly name: string;
  readonly stderr: (typeof STDERRS)[number];
  /** Of Node: the program first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How long a call may take: its time limit, and what a busy machine adds. */
export const PATIENCE_MS = 30_000;
