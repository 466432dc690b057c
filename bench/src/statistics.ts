/** The few numbers that a noisy machine allows: medians and the spread around them. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Half the distance between the quartiles: what is to be expected of noise alone. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN
  return (at(0.75) - at(0.25)) / 2
}

/** Both of the same rounds, pair by pair. */
export function pairwise(
  ones: readonly number[] = [],
  others: readonly number[] = [],
  combine: (one: number, other: number) => number,
): readonly number[] {
  return ones.map((one, round) => combine(one, others[round] ?? Number.NaN))
}
