/** Quantiles of durations, in bounded memory and without keeping a single measurement. */

/** Each bucket is this much wider than the one before: a quantile is off by less than half of it. */
const growth = 1.08
const leastMs = 0.001
/** Beyond the last bucket's 11 minutes everything counts as that. */
const buckets = 264

/** From here on the past counts half, so that the quantiles follow the present. */
const mostCounted = 100_000

const logGrowth = Math.log(growth)

export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export class Latencies {
  readonly #counts = new Float64Array(buckets)
  #total = 0

  add(ms: number): void {
    const bucket = ms <= leastMs ? 0 : Math.ceil(Math.log(ms / leastMs) / logGrowth)
    const index = Math.min(bucket, buckets - 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    if (++this.#total >= mostCounted) this.#halve()
  }

  quantiles(): Quantiles {
    return { p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99) }
  }

  #quantile(share: number): number {
    if (this.#total === 0) return 0
    const rank = share * this.#total
    let counted = 0
    let index = 0
    for (; index < buckets - 1; index++) {
      counted += this.#counts[index] ?? 0
      if (counted >= rank) break
    }
    // The middle of the bucket, on its own scale.
    return index === 0 ? 0 : leastMs * growth ** (index - 0.5)
  }

  #halve(): void {
    this.#total = 0
    for (let index = 0; index < buckets; index++) {
      const half = (this.#counts[index] ?? 0) / 2
      this.#counts[index] = half
      this.#total += half
    }
  }
}
