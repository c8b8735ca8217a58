/** The input of the chart's script, as JSON. */
export interface ChartData {
  /** Unix seconds. */
  readonly from: readonly number[];
  /** In seconds. */
  readonly step: number;
  /** From the bottom of a bar to its top. `key` names the colour; there is one number per period. */
  readonly series: readonly { readonly key: string; readonly name: string; readonly counts: readonly number[] }[];
}
