/** The forms in which a client accepts the answer to a POST. */
export interface Accepted {
  readonly json: boolean;
  readonly stream: boolean;
}

/** Exactly what the SDK's transport wants to see. */
export const BOTH_FORMS = 'application/json, text/event-stream';

/** Reads `Accept` as in RFC 9110: in any case, with wildcards and weights. Without the header, everything is accepted. */
export function accepted(headers: Pick<Headers, 'get'>): Accepted {
  const header = headers.get('accept') ?? '';
  if (header === BOTH_FORMS || header.trim() === '') return { json: true, stream: true };
  const weights = new Map(header.split(',').map(range));
  return { json: takes(weights, 'application', 'json'), stream: takes(weights, 'text', 'event-stream') };
}

/** A media range in lower case, and its weight: 1 unless given. */
function range(text: string): [string, number] {
  const [type = '', ...parameters] = text.toLowerCase().split(';');
  const weight = parameters.map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/.exec(parameter)?.[1]).find((q) => q !== undefined);
  return [type.trim(), weight === undefined ? 1 : Number(weight)];
}

/** The most specific range decides. */
const takes = (weights: ReadonlyMap<string, number>, type: string, subtype: string): boolean =>
  (weights.get(`${type}/${subtype}`) ?? weights.get(`${type}/*`) ?? weights.get('*/*') ?? 0) > 0;
