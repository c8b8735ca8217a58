import { answers, type Handler } from '../handler.js';
import type { BodyOf, Inputs } from '../inputs.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { type CodeVerificationRow, codeVerifications } from '../resources/code-verification.js';
import { type IdentifierRow, isVerified } from '../resources/identifiers.js';
import { tryCode } from './codes.js';
import { must } from './found.js';
import { refuseClaimed } from './identifiers.js';

/** A handler that sends a code to the identifier named in the path. */
export const preparation = <R extends IdentifierRow>(
  resource: Resource<R>,
  send: (instance: Instance, row: R) => CodeVerificationRow,
): Handler =>
  answers(({ instance, path }) => {
    const row = must(instance, resource, path[`${resource.name}_id`] ?? '');
    return codeVerifications.show(send(instance, row), instance);
  });

/** A handler that checks a code, and calls the identifier named in the path verified when it is the right one. */
export const attempt = <T extends 'email_address' | 'phone_number', R extends IdentifierRow & Readonly<Record<T, string>>>(
  resource: Resource<R>,
  type: T,
  /** What else comes of it. */
  onVerified: (instance: Instance, row: R) => unknown = () => {},
): Handler<Inputs<Record<string, string>, unknown, BodyOf<'EmailAddresses_attemptVerification'>>> =>
  answers(({ instance, path, body }) => {
    const row = must(instance, resource, path[`${resource.name}_id`] ?? '');
    if (!isVerified(row)) refuseClaimed(instance, type, row[type], row);
    const tried = tryCode(instance, row.id, body.verification_id, body.code);
    if (tried.accepted && !isVerified(row)) {
      const { strategy, attempts, expire_at } = tried;
      const verification = { object: 'verification_otp', status: 'verified', strategy, attempts, expire_at } as const;
      const patch: Partial<Omit<IdentifierRow, 'id'>> = { verification, reserved: false };
      instance.update(resource, row, patch as Partial<Omit<R, 'id'>>);
      onVerified(instance, row);
    }
    return codeVerifications.show(tried, instance);
  });
