import type { ClerkAnswer } from '../clerk/answer.js';

/** An answer as the model reads it: compact JSON; a page as text; `{"ok":true,"status":…}` where Clerk sends no body. */
export function answerText(answer: ClerkAnswer): string {
  switch (answer.kind) {
    case 'json':
      return JSON.stringify(answer.value);
    case 'text':
      return String(answer.value);
    case 'empty':
      return JSON.stringify({ ok: true, status: answer.status });
  }
}
