/** What the script of the chart is given, as JSON. */
export interface ChartData {
  /** Unix seconds. */
  readonly from: readonly number[];
  /** In seconds. */
  readonly step: number;
  /** From the lowest of a bar to the highest. `key` names the colour; there is a number for each period. */
  readonly series: readonly { readonly key: string; readonly name: string; readonly counts: readonly number[] }[];
}
