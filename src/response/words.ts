/**
 * Words that are frequent in answers, each known to be one token of o200k_base, alone and after an underscore or a quote.
 * They keep the estimate of an answer's price close to the truth.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
  accepted access account accounts active activity actor address addresses admin agent algorithm allow allowed amount
  and application attribute attributes avatar backup balance base billing block body browser card center certificate
  channel city claims class client clients code color com commerce connection connections count country created creator
  credit credits currency custom cycle data date days default deleted description device directories directory disable
  disabled discount display div domain domains effective eligible email enabled end ended endpoint enterprise error
  expired expires external factor failed false features fee fields first font for formatted from gateway group has head
  height host href html http https identifier ids image img instance interval invoice items jwt key label last link
  linked locale locked logo machine max members membership message meta metadata method missing mode money month name
  next null number oauth object off organization organizations paid password path payer payment pending per percent
  period permission permissions phone plan previous price primary private profile protocol provider proxy public
  quantity reason redirect remaining required reserved role roles script second secret session sessions set
  settings sign size slug source span src start status step strategy string style subject subscription supported sync
  table tax template test text that the this title token tokens total transition true type unit unsafe updated uri uris
  url used user username users verification verified wallet web width with www year
`
    .trim()
    .split(/\s+/),
);
