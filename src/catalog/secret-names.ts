/** Endings of names whose values are secret: `client_secret`, `svix_url`, `backup_codes`. */
const SECRET_NAME =
  /(?:^|_)(?:secret|password|passwd|passphrase|passcode|pass|pwd|pin|token|bearer|cookie|jwt|ticket|otp|api_?key|secret_?key|access_?key|private_?key|signing_?key|password_digest|backup_codes?|svix_url|credentials?|auth|authorization)s?$/;

/** Whether the value under this name is a secret. `camelCase` counts as `snake_case`. */
export function isSecretName(name: string): boolean {
  const snake = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/-/g, '_');
  return SECRET_NAME.test(snake.toLowerCase());
}
