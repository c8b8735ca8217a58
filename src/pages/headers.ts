/** Nothing is loaded from elsewhere, no foreign script runs, and no page can frame it. */
const policy = (scripts: "'self'" | "'none'"): string =>
  [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self'",
    `connect-src ${scripts}`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The headers of every page. @param scripts whose scripts may run */
export const pageHeaders = (scripts: "'self'" | "'none'") => ({
  'Content-Security-Policy': policy(scripts),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
});
