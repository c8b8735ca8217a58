/** How a call is confirmed, from weakest to strongest. */
export const STRENGTHS = ['flag', 'token', 'person', 'passkey', 'two'] as const;
export type Strength = (typeof STRENGTHS)[number];

/** `auto`: as the instance and the client make it. */
export type WantedStrength = Strength | 'auto';
