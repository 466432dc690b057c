/** What tests ask of a limiter store. */
import type { Charge, Decision, MaybePromise } from '@forebay/core'
import type { RedisBackend } from '@forebay/redis'

/** One list, as a limiter has one. */
export function chargesOf(limit: number, windowMs: number = 60_000): readonly Charge[] {
  const policy = { name: 'p', limit, windowMs, algorithm: 'sliding-window', burst: limit } as const
  return [{ policy, units: 1 }]
}

const charges = chargesOf(100)

/** Remaining units of 100 after this one; rejects as the store does. */
export async function take({ limits }: Pick<RedisBackend, 'limits'>, key: string): Promise<number> {
  return (await limits.consume('test', key, charges)).remaining
}

/** How many of that many decisions at once admit. */
export async function admittedAtOnce(ask: () => MaybePromise<Decision>, times: number): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: times }, async () => ask()))
  return decisions.filter(({ allowed }) => allowed).length
}
