/** Comparing rows of one table, round by round. */
import type { Result, Row } from '../result.ts'
import { median, pairwise } from '../statistics.ts'

export function rowOf(results: readonly Result[], title: string, name: string): Row | undefined {
  return results.find((one) => one.title === title)?.rows.find((one) => one.name === name)
}

/** The median over the rounds of one's measure over the other's; undefined where either has none. */
export function ratio(one: Row | undefined, other: Row | undefined, measure: string): number | undefined {
  return finite(median(pairwise(one?.values[measure], other?.values[measure], (a, b) => a / b)))
}

/** The median over the rounds of what one takes beyond the other. */
export function added(one: Row | undefined, other: Row | undefined, measure: string): number | undefined {
  return finite(median(pairwise(one?.values[measure], other?.values[measure], (a, b) => a - b)))
}

export function peersIn(results: readonly Result[], title: string): readonly Row[] {
  const rows = results.find((one) => one.title === title)?.rows ?? []
  return rows.filter(({ role, failure }) => role === 'peer' && failure === undefined)
}

export interface Comparison {
  readonly title: string
  readonly name: string
  readonly measure: string
}

/** The ratio to each peer, of which the peer that does best decides: `best` picks it. */
export function ratioToPeers(
  results: readonly Result[],
  { title, name, measure }: Comparison,
  best: (ratios: readonly number[]) => number,
): number | undefined {
  const own = rowOf(results, title, name)
  const ratios = peersIn(results, title).map((peer) => ratio(own, peer, measure))
  const known = ratios.filter((one) => one !== undefined)
  return known.length === 0 ? undefined : best(known)
}

/** Of times: whoever takes least is hardest to beat. */
export const mostOf = (ratios: readonly number[]): number => Math.max(...ratios)

/** Of throughputs: whoever gets most done is. */
export const leastOf = (ratios: readonly number[]): number => Math.min(...ratios)

export function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}
