/** What a code under `error` means, and what to do about it. */
interface Explained {
  readonly means: string;
  readonly remedy: string;
}

/**
 * Every code that this server itself gives. Code takes only the type from here, so that the words cost a start nothing;
 * docs/errors.md shows them.
 */
export const ERROR_CODES = {
  // The policy, before anything that changes something is sent
  confirmation_required: {
    means: 'The call is gated and was not confirmed. `effect` says what it would do, to whom, on which `instance`.',
    remedy: 'Tell the person. When they agree, make the same call with `confirm`: `true`, or the `token` that came back.',
  },
  confirmation_invalid: {
    means:
      'What `confirm` holds, or the answer to the question, does not count. `reason` says why: it was for another call or another caller, is too old, was used, or may have been used (`forgotten`: the store that remembers that was restarted or replaced since).',
    remedy: 'After a token or an approval: make the call without `confirm` and start anew. After a question to the person: stop.',
  },
  confirmation_declined: {
    means: 'A person said no, or closed the question.',
    remedy: 'Do not call again unless the person asks for it anew.',
  },
  confirmation_failed: {
    means: 'The person mistyped the word, or left the box without its tick, three times. That is not a no.',
    remedy: 'Ask them whether to call again.',
  },
  person_not_asked: {
    means:
      'The client did not show the question, or answered it faster than a person can, so no person is known to have decided.',
    remedy:
      'Have the call made in a client that shows questions, enrol an approver (`clerk-mcp approver add NAME`), or set `--confirm token`.',
  },
  person_required: {
    means: 'A person must confirm, the client cannot ask one, and no approver is enrolled who could.',
    remedy: 'Enrol one: `clerk-mcp approver add NAME`. Where `--confirm person` is set, take a client that can ask.',
  },
  approval_pending: {
    means: 'The call waits for an approver. `approval` is its id, `link` the page.',
    remedy: 'Have it approved there, or with `clerk-mcp approvals`; then make the same call with the id in `confirm`.',
  },
  too_many_pending: {
    means: 'Too many calls of this caller wait for a person.',
    remedy: 'Decide some of them, or wait until they expire.',
  },
  too_much_to_show: {
    means: 'A person must see all of the call, and it is too long to be shown.',
    remedy: 'Split it into smaller calls.',
  },
  denied_by_policy: {
    means: 'A rule denies the call. `rule` names it, the message gives its reason.',
    remedy: '`clerk-mcp policy explain TOOL ARGUMENTS` shows which rule and why; only the policy file can change it.',
  },
  own_claims: {
    means:
      "The call changes the data from which this server's callers get their own scopes, or makes somebody fit its grants, and there is no page where another person could approve it.",
    remedy: "Set `--ask`, or do it in Clerk's dashboard.",
  },
  read_only: {
    means: 'The server only reads, and the call would show a secret.',
    remedy: 'Leave the secret out of `fields`, or start without `--read-only`.',
  },
  insufficient_scope: {
    means: 'The caller lacks the scope that the call needs (`scope`).',
    remedy: 'Give the token or the role that scope, or sign in again and ask for it.',
  },
  tool_not_granted: {
    means: 'The grants file does not give the caller this tool.',
    remedy: "Name the tool in the caller's entry of `--grants`.",
  },
  target_not_found: {
    means: 'Whom or what the call is about does not exist.',
    remedy: 'Find the right id with a read.',
  },
  too_many_items: {
    means: 'A bulk call has more items than a rule allows, or a plan or scan more than it can hold.',
    remedy: 'Make several smaller ones, or narrow the list by its filters.',
  },
  budget_exceeded: {
    means: 'The caller, or all callers together, have used up a budget (`budget`).',
    remedy:
      'Wait for `retry_after_seconds`, make a call smaller that is too large alone, or raise the budget in the policy file.',
  },
  not_in_plan: {
    means: 'The call is not, or not any more, one that was confirmed with the plan. `reason` says why.',
    remedy: 'Make a new plan.',
  },
  policy_unavailable: {
    means: 'The store that counts calls and confirmations cannot be reached. Reads still work.',
    remedy: 'Bring the store of `--store` back; `clerk-mcp doctor` tries it.',
  },
  audit_unavailable: {
    means: 'The record cannot be written, so nothing that must be recorded is sent.',
    remedy: 'See to the disk, the permissions or the reader of `--audit-log`; the log on standard error has the cause.',
  },
  secrets_unavailable: {
    means: 'The answer would hold a secret, and no file can be made for it. Nothing was sent.',
    remedy: 'See to the folder of `--secrets-dir`.',
  },
  secret_not_stored: {
    means: 'Clerk has carried the call out, but its secret could not be written to a file and is not shown.',
    remedy: 'Revoke or rotate the secret, and see to the folder of `--secrets-dir`.',
  },
  // Arguments
  invalid_arguments: {
    means: "The arguments do not fit the tool's schema. `faults` names each place and what is expected there. Nothing was sent.",
    remedy: 'Correct them and call again.',
  },
  bad_argument: {
    means: 'An argument fits the schema, but makes no valid request (`param`). Nothing was sent.',
    remedy: 'Correct it and call again.',
  },
  bad_image: {
    means: 'The image cannot be read, is not whole, too large, of another type, or outside of `--files-dir`. Nothing was sent.',
    remedy: 'The message says what is wrong; give another file, or `file_base64` with `media_type`.',
  },
  unknown_operation: {
    means: 'No operation that is offered has this name (`--discovery`).',
    remedy: 'Find it with `search_operations`, or offer it: `--tools`, `--toolsets`, `--profile`.',
  },
  not_a_read: {
    means: '`call_read_operation` was given an operation that changes something.',
    remedy: 'Call it with `call_operation`.',
  },
  // Jobs
  invalid_plan: {
    means: 'A step of the plan is wrong; `step` names it.',
    remedy: 'Correct the step as the message says. Nothing was changed.',
  },
  unknown_plan: {
    means: 'No plan comes with the program under this name.',
    remedy: 'Take one of those that the message names.',
  },
  plan_not_found: {
    means: "The plan was never made here, is too old, or is another caller's.",
    remedy: 'Make it anew with `Jobs_planChanges`. Plans outlast the process only with `--state-dir`.',
  },
  plan_running: {
    means: 'Another process is carrying out the plan now.',
    remedy: 'Wait, and call again to see how far it is.',
  },
  nothing_to_undo: {
    means:
      "Nothing is kept of the plan or call that could be taken back: it is too old, changed nothing of that kind, or was another caller's.",
    remedy: '`clerk-mcp undo` lists what can be taken back; `--state-dir` and `--undo-days` say what is kept.',
  },
  took_too_long: {
    means: 'The plan was not made in time.',
    remedy: 'Narrow its lists, or make several plans.',
  },
  read_failed: {
    means: 'A read that a plan is made from did not answer; `cause` has its own error.',
    remedy: 'Do what the cause asks for, or mark the step with `may_fail`.',
  },
  interrupted: {
    means: 'The process ended while the call was under way: it may have been carried out.',
    remedy: 'Look with the read that is named beside it. It is not sent again by itself.',
  },
  nothing_there: {
    means: 'A row of a scan has nothing at the place that the next read needs.',
    remedy: 'Nothing is wrong where some rows have none; otherwise correct the path.',
  },
  too_many_joined: {
    means: 'The rows of a scan would be joined with too many items.',
    remedy: 'Narrow the rows with `where`, or what is read for each by its own filters.',
  },
  too_much_to_sort: {
    means: 'The rows of a scan are too many or too large to be sorted.',
    remedy: 'Leave `sort` out, or narrow the rows with `where`.',
  },
  where_too_costly: {
    means: 'Testing the conditions of a scan takes too long.',
    remedy: 'Take fewer conditions or simpler patterns, and the filters of the list itself.',
  },
  no_files_dir: {
    means: 'The server has no folder to write a file into.',
    remedy: 'Set `--files-dir`, or ask for no file.',
  },
  file_not_written: {
    means: 'The file cannot be written; nothing of it is kept.',
    remedy: 'See to the folder of `--files-dir`, or ask for no file.',
  },
  // On the way to Clerk and back
  busy: {
    means: "The request was held back to stay below Clerk's limit, and never sent.",
    remedy: 'Call again after `retry_after_seconds`. Where Clerk grants the instance more, set `--clerk-limit`.',
  },
  timeout: {
    means: 'Clerk did not answer in time. `may_have_happened` says whether the request may have been carried out.',
    remedy: 'Where it may have been, look with `check_with`; otherwise call again, or raise `--timeout`.',
  },
  cancelled: {
    means: 'The caller cancelled, or the server is stopping.',
    remedy: 'Where `may_have_happened` is true, look with `check_with` before calling again.',
  },
  not_connected: {
    means: 'No connection to Clerk could be made.',
    remedy: 'Check network, DNS, proxy and `CLERK_API_URL`; `clerk-mcp doctor` tries them.',
  },
  answer_lost: {
    means: 'The connection broke before the answer was complete.',
    remedy: 'Where `may_have_happened` is true, look with `check_with` before calling again.',
  },
  answer_not_json: {
    means: 'The answer is not JSON: something between this server and Clerk answered, or `CLERK_API_URL` leads elsewhere.',
    remedy: 'Check the address and any proxy in between.',
  },
  answer_not_text: {
    means: 'The answer is not text in UTF-8.',
    remedy: 'Check the address and any proxy in between.',
  },
  answer_too_large: {
    means: 'The answer is larger than the limit, or holds more values than are read.',
    remedy: 'Ask for less: a smaller `limit`, more filters.',
  },
  answer_encoded: {
    means: 'The answer is compressed, which was not asked for.',
    remedy: 'Check any proxy in between.',
  },
  answer_redirected: {
    means: 'The answer leads to another address, which is not followed: the key would go along.',
    remedy: 'Correct `CLERK_API_URL`.',
  },
  answer_unexpected_status: {
    means: 'The answer has a status that the API does not use.',
    remedy: 'Check the address and any proxy in between.',
  },
  answer_malformed_http: {
    means: 'The answer is not valid HTTP.',
    remedy: 'Check the address and any proxy in between.',
  },
  answer_not_shown: {
    means: 'Clerk has carried the call out, and its answer cannot be shown.',
    remedy: 'Do not call again; look with a read.',
  },
  http_STATUS: {
    means: 'An answer with this status (`http_502`) whose body is no error of Clerk.',
    remedy: 'Check the address and any proxy in between; after a 5xx call again later, unless `may_have_happened` is true.',
  },
  internal_error: {
    means: 'The server failed on this call.',
    remedy:
      'The log on standard error says more; please report it. Where `may_have_happened` is true, look before calling again.',
  },
  // Signing in over HTTP
  unauthorized: {
    means: 'The request has no token (401).',
    remedy: 'Send `Authorization: Bearer TOKEN`, or sign in where the challenge says.',
  },
  invalid_token: {
    means: 'The token is unknown, expired, withdrawn, or meant for another server (401).',
    remedy: 'Get a new one: sign in again, or `clerk-mcp token new`.',
  },
  invalid_request: {
    means: 'The client looked for a sign-in on a server that takes fixed tokens.',
    remedy: 'Give the client a token as a header.',
  },
  slow_down: {
    means: 'Too many requests with bad tokens came from this address (429).',
    remedy: 'Wait as `Retry-After` says, and correct the token.',
  },
  temporarily_unavailable: {
    means: 'The token cannot be checked now: the issuer or the store does not answer (503).',
    remedy: 'Try again later; `clerk-mcp doctor` checks both.',
  },
} as const satisfies Readonly<Record<string, Explained>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A failure or refusal of our own as a model reads it. */
export interface CodedError {
  readonly error: ErrorCode;
  readonly [key: string]: unknown;
}
