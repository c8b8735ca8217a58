import { errorMessage } from '../../platform/error-message.js';

/** The result of one check. */
export interface Finding {
  /** What was looked at: `key`, `clock`. */
  readonly check: string;
  /** The one of several instances that it is about. */
  readonly instance?: string;
  readonly status: 'ok' | 'warning' | 'failure';
  /** One sentence. */
  readonly message: string;
  /** What to do about it, where not ok. */
  readonly advice?: string;
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message });

export const warning = (check: string, message: string, advice: string): Finding => ({
  check,
  status: 'warning',
  message,
  advice,
});

export const failure = (check: string, message: string, advice: string): Finding => ({
  check,
  status: 'failure',
  message,
  advice,
});

/** A failure whose message already says what to do. */
export const fault = (check: string, error: unknown): Finding => ({
  check,
  status: 'failure',
  message: errorMessage(error),
});

const LIMIT_MS = 15_000;

/** Runs a check with a time limit, since opening a directory on a dead file server can hang. Never rejects. */
export async function within(check: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    const advice = 'Check whether the disk or file server behind it responds at all.';
    timer = setTimeout(() => resolve([failure(check, `No result after ${LIMIT_MS / 1000} s.`, advice)]), LIMIT_MS);
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    return [fault(check, error)];
  } finally {
    clearTimeout(timer);
  }
}
