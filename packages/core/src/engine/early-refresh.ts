/** XFetch (Vattani et al., 2015): what is about to end is made anew a little before, by one of many and by chance. */

/** Below this lifetime nothing is refreshed early: it would hardly ever be stored. */
const leastLifetimeMs = 1_000

/** −ln of a random number exceeds this about six times in a million: nothing is refreshed earlier than so many costs before its end. */
export const mostDrawn = 12

export interface EarlyRefreshRule {
  /** XFetch's β scales how early; 0 is never. */
  readonly earlyRefresh: number
  /** In [0, 1). */
  readonly random: () => number
}

/** Whether this use is the one that makes it anew: the sooner it ends, and the longer it took to make, the likelier. */
export function isEarly(
  { earlyRefresh, random }: EarlyRefreshRule,
  leftMs: number,
  lifetimeMs: number,
  madeInMs: number,
): boolean {
  const costMs = madeInMs * earlyRefresh
  if (earlyRefresh === 0 || leftMs > costMs * mostDrawn || lifetimeMs < leastLifetimeMs) return false
  return costMs * -Math.log(1 - random()) >= leftMs
}
