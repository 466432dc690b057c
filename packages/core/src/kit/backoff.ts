/** How long to wait before the next attempt: longer after every failure, and not for all at the same moment. */

export interface BackoffRule {
  readonly firstMs: number
  readonly mostMs: number
  /** In [0, 1). */
  readonly random: () => number
}

/** Doubles with every failure, up to `mostMs`; the half of it is left to chance. */
export function backoffMs({ firstMs, mostMs, random }: BackoffRule, failures: number): number {
  const fullMs = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 50))
  return fullMs * (0.5 + random() / 2)
}
