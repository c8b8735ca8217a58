interface Applied {
  readonly done: number;
  readonly of: number;
  readonly failed?: number;
  readonly errors?: readonly Reason[];
  readonly left_out?: number;
  readonly why?: readonly Reason[];
  readonly outcome_unknown?: number;
  readonly look_at?: readonly { readonly call: string; readonly error: string; readonly check_with?: string }[];
  readonly stopped?: string;
}

interface Reason {
  readonly what: string;
  readonly message?: string;
  readonly count: number;
  readonly first: readonly string[];
}

/**
 * How a plan went, in lines for people.
 * @param answer the answer of Jobs_applyPlan
 * @param did the word for what was done: `Taken back`
 */
export function planReport(answer: string, did: string): { readonly lines: readonly string[]; readonly isWhole: boolean } {
  const applied = JSON.parse(answer) as Applied;
  return { lines: reportLines(applied, did), isWhole: applied.done === applied.of };
}

function reportLines(
  { done, of, left_out, why = [], failed, errors = [], outcome_unknown, look_at = [], stopped }: Applied,
  did: string,
): readonly string[] {
  const reasons = (all: readonly Reason[]): string[] =>
    all.map(({ what, message, count, first }) => {
      const more = count > first.length ? ` and ${count - first.length} more` : '';
      return `  ${message ?? what}: ${first.join(', ')}${more}`;
    });
  return [
    `${did}: ${done} of ${of}.`,
    ...(left_out === undefined ? [] : [`Left as they are: ${left_out}.`, ...reasons(why)]),
    ...(failed === undefined ? [] : [`Failed: ${failed}.`, ...reasons(errors)]),
    ...(outcome_unknown === undefined
      ? []
      : [
          `May have happened, and will not be repeated: ${outcome_unknown}. Look at each.`,
          ...look_at.map(({ call, error, check_with }) => `  ${call} (${error})${check_with ? `; look with ${check_with}` : ''}`),
        ]),
    ...(stopped === undefined ? [] : [`Stopped: ${stopped}.`]),
  ];
}
