export type TemplateType = 'email' | 'sms';

/** The message that Clerk sends where the instance has no text of its own. */
export interface SystemTemplate {
  readonly type: TemplateType;
  readonly slug: string;
  readonly name: string;
  /** Null for SMS. */
  readonly subject: string | null;
  readonly body: string;
  readonly variables: readonly string[];
  /** Those without which the message is of no use. */
  readonly required: readonly string[];
  /** A notice that can be switched off, unlike a code or link that a person waits for. */
  readonly notice: boolean;
}

const EVERYWHERE = ['app.name', 'app.domain_name', 'app.url'] as const;
const EMAIL_ONLY = ['app.logo_image_url', 'theme.primary_color', 'theme.button_text_color'] as const;
const WHEN_AND_WHERE = ['requested_at', 'requested_by', 'requested_from'] as const;

interface EmailText {
  readonly slug: string;
  readonly name: string;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly button?: { readonly label: string; readonly variable: string };
  readonly variables?: readonly string[];
  readonly required?: readonly string[];
  readonly notice?: boolean;
}

const REQUESTED = '{{#if requested_from}}Asked for at {{requested_at}} from {{requested_from}}.{{/if}}';
const NOT_YOU = 'Was this not you? Then write to {{app.name}} so that your account can be secured.';

const EMAILS: readonly EmailText[] = [
  {
    slug: 'verification_code',
    name: 'Verification code',
    subject: '{{otp_code}} is your code for {{app.name}}',
    paragraphs: [
      'Type this code to go on:',
      '<strong>{{otp_code}}</strong>',
      'It works for {{ttl_minutes}} minutes. Give it to nobody.',
      REQUESTED,
    ],
    variables: ['otp_code', 'ttl_minutes', ...WHEN_AND_WHERE],
    required: ['otp_code'],
  },
  {
    slug: 'magic_link_sign_in',
    name: 'Sign-in link',
    subject: 'Your link to sign in to {{app.name}}',
    paragraphs: ['Press the button to sign in. The link works once, for {{ttl_minutes}} minutes.', REQUESTED],
    button: { label: 'Sign in to {{app.name}}', variable: 'magic_link' },
    variables: ['magic_link', 'ttl_minutes', ...WHEN_AND_WHERE],
    required: ['magic_link'],
  },
  {
    slug: 'magic_link_sign_up',
    name: 'Sign-up link',
    subject: 'Finish signing up for {{app.name}}',
    paragraphs: ['One step is left: confirm that this address is yours.', REQUESTED],
    button: { label: 'Confirm and go on', variable: 'magic_link' },
    variables: ['magic_link', 'ttl_minutes', ...WHEN_AND_WHERE],
    required: ['magic_link'],
  },
  {
    slug: 'magic_link_user_profile',
    name: 'Address verification link',
    subject: 'Confirm your address for {{app.name}}',
    paragraphs: ['This address was added to an account. Confirm it within {{ttl_minutes}} minutes.', REQUESTED],
    button: { label: 'Confirm this address', variable: 'magic_link' },
    variables: ['magic_link', 'ttl_minutes', ...WHEN_AND_WHERE],
    required: ['magic_link'],
  },
  {
    slug: 'reset_password_code',
    name: 'Reset password code',
    subject: '{{otp_code}} resets your {{app.name}} password',
    paragraphs: [
      'With this code you can choose a new password:',
      '<strong>{{otp_code}}</strong>',
      'Leave it unused if you did not ask for it; your password stays as it is.',
      REQUESTED,
    ],
    variables: ['otp_code', 'ttl_minutes', ...WHEN_AND_WHERE],
    required: ['otp_code'],
  },
  {
    slug: 'invitation',
    name: 'Invitation',
    subject: 'You are invited to {{app.name}}',
    paragraphs: [
      '{{#if inviter_name}}{{inviter_name}} asks{{else}}We ask{{/if}} you to join {{app.name}}.',
      'The invitation holds for {{invitation.expires_in_days}} days.',
    ],
    button: { label: 'Accept the invitation', variable: 'action_url' },
    variables: ['action_url', 'inviter_name', 'invitation.expires_in_days'],
    required: ['action_url'],
  },
  {
    slug: 'organization_invitation',
    name: 'Organization invitation',
    subject: '{{inviter_name}} invites you to {{org.name}}',
    paragraphs: ['You can join {{org.name}} on {{app.name}}. The invitation holds for {{invitation.expires_in_days}} days.'],
    button: { label: 'Join {{org.name}}', variable: 'action_url' },
    variables: ['action_url', 'inviter_name', 'org.name', 'invitation.expires_in_days'],
    required: ['action_url'],
  },
  {
    slug: 'organization_invitation_accepted',
    name: 'Organization invitation accepted',
    subject: '{{invitee_email_address}} joined {{org.name}}',
    paragraphs: ['The person you invited with {{invitee_email_address}} is a member of {{org.name}} now.'],
    variables: ['invitee_email_address', 'org.name'],
    notice: true,
  },
  {
    slug: 'organization_joined',
    name: 'Organization joined',
    subject: 'You are a member of {{org.name}}',
    paragraphs: ['Welcome. Your first visit to {{org.name}} is one press away.'],
    button: { label: 'Open {{org.name}}', variable: 'action_url' },
    variables: ['action_url', 'org.name'],
    notice: true,
  },
  {
    slug: 'password_changed',
    name: 'Password changed',
    subject: 'Your {{app.name}} password is a new one',
    paragraphs: ['Hello {{greeting_name}}, the password of {{primary_email_address}} was changed.', NOT_YOU],
    variables: ['greeting_name', 'primary_email_address'],
    notice: true,
  },
  {
    slug: 'password_removed',
    name: 'Password removed',
    subject: 'Your {{app.name}} account has no password any more',
    paragraphs: ['Hello {{greeting_name}}, {{primary_email_address}} now signs in without a password.', NOT_YOU],
    variables: ['greeting_name', 'primary_email_address'],
    notice: true,
  },
  {
    slug: 'primary_email_address_changed',
    name: 'Primary email address changed',
    subject: 'Mail from {{app.name}} goes to another address now',
    paragraphs: ['From now on we write to {{new_email_address}}.', NOT_YOU],
    variables: ['new_email_address'],
    notice: true,
  },
  {
    slug: 'new_device_sign_in',
    name: 'Sign-in from a new device',
    subject: 'Somebody signed in to {{app.name}} on a new device',
    paragraphs: ['It was {{device}}, on {{signed_in_at}}, from {{location}}.', NOT_YOU],
    button: { label: 'Sign that device out', variable: 'revoke_session_url' },
    variables: ['device', 'signed_in_at', 'location', 'revoke_session_url'],
    notice: true,
  },
  {
    slug: 'account_locked',
    name: 'Account locked',
    subject: 'Your {{app.name}} account is locked',
    paragraphs: ['There were too many wrong tries. You can sign in again in {{lockout_duration}}.'],
    variables: ['lockout_duration', 'greeting_name'],
    notice: true,
  },
  {
    slug: 'waitlist_confirmation',
    name: 'Waitlist confirmation',
    subject: 'You are on the list for {{app.name}}',
    paragraphs: ['Thank you. We write again as soon as there is a place for you.'],
    notice: true,
  },
];

interface SmsText {
  readonly slug: string;
  readonly name: string;
  readonly body: string;
  readonly variables?: readonly string[];
  readonly required?: readonly string[];
  readonly notice?: boolean;
}

const SMS: readonly SmsText[] = [
  {
    slug: 'verification_code',
    name: 'Verification code',
    body: '{{otp_code}} is your code for {{app.name}}. Give it to nobody.\n\n@{{app.domain_name}} #{{otp_code}}',
    variables: ['otp_code'],
    required: ['otp_code'],
  },
  {
    slug: 'reset_password_code',
    name: 'Reset password code',
    body: '{{otp_code}} resets your password for {{app.name}}.',
    variables: ['otp_code'],
    required: ['otp_code'],
  },
  {
    slug: 'password_changed',
    name: 'Password changed',
    body: 'Your {{app.name}} password was changed. Was this not you? Contact us.',
    variables: ['greeting_name'],
    notice: true,
  },
  {
    slug: 'password_removed',
    name: 'Password removed',
    body: 'Your {{app.name}} account has no password any more. Was this not you? Contact us.',
    variables: ['greeting_name'],
    notice: true,
  },
];

function htmlOf({ paragraphs, button }: EmailText): string {
  const link =
    button === undefined
      ? []
      : [
          `<p><a href="{{${button.variable}}}" style="background:{{theme.primary_color}};color:{{theme.button_text_color}};padding:12px 20px;border-radius:6px;text-decoration:none">${button.label}</a></p>`,
        ];
  return [
    '<!doctype html>',
    '<html>',
    '<body style="font-family:sans-serif;max-width:480px;margin:24px auto">',
    '{{#if app.logo_image_url}}<p><img src="{{app.logo_image_url}}" alt="{{app.name}}" height="32"></p>{{/if}}',
    ...paragraphs.map((paragraph) => `<p>${paragraph}</p>`),
    ...link,
    '<p style="color:#777"><a href="{{app.url}}">{{app.name}}</a></p>',
    '</body>',
    '</html>',
  ].join('\n');
}

/** In the order in which they are listed, each kind by itself. */
export const systemTemplates: readonly SystemTemplate[] = [
  ...EMAILS.map(
    (email): SystemTemplate => ({
      type: 'email',
      slug: email.slug,
      name: email.name,
      subject: email.subject,
      body: htmlOf(email),
      variables: [...EVERYWHERE, ...EMAIL_ONLY, ...(email.variables ?? [])],
      required: email.required ?? [],
      notice: email.notice ?? false,
    }),
  ),
  ...SMS.map(
    (sms): SystemTemplate => ({
      type: 'sms',
      slug: sms.slug,
      name: sms.name,
      subject: null,
      body: sms.body,
      variables: [...EVERYWHERE, ...(sms.variables ?? [])],
      required: sms.required ?? [],
      notice: sms.notice ?? false,
    }),
  ),
];
