/** What tests ask of a limiter store. */
import type { Charge, Decision, MaybePromise } from '@forebay/core'
import type { RedisBackend } from '@forebay/redis'
import { until } from './until.ts'

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

/** Whether it fails before a timer of that length, set at the same time, is over: on a busy machine both are late. */
export async function failsWithin(ms: number, asked: Promise<unknown>): Promise<boolean> {
  const failed = asked.then(
    () => false,
    () => true,
  )
  return Promise.race([failed, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))])
}

/** How many of `times` decisions that are asked for at once admit. */
export async function admittedAtOnce(ask: () => MaybePromise<Decision>, times: number): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: times }, async () => ask()))
  return decisions.filter(({ allowed }) => allowed).length
}

/** Decisions without an end, eight at a time. */
export interface Load {
  /** Answers so far; failures do not count. */
  decided(): number
  denied(): number
  /** What Redis says was used, when all is done. */
  stop(): Promise<{ readonly admitted: number; readonly failed: number; readonly used: number }>
}

export function load({ limits }: Pick<RedisBackend, 'limits'>, limit: number, key: string = 'load'): Load {
  const asked = chargesOf(limit)
  const stopped = new AbortController()
  let admitted = 0
  let denied = 0
  let failed = 0
  const worker = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        if ((await limits.consume('load', key, asked)).allowed) admitted++
        else denied++
      } catch {
        failed++
      }
      // Denials and refusals may come without a round trip.
      await new Promise(setImmediate)
    }
  }
  const workers = Array.from({ length: 8 }, worker)
  return {
    decided: () => admitted + denied,
    denied: () => denied,
    async stop() {
      stopped.abort()
      await Promise.all(workers)
      let used = Number.NaN
      await until('an answer', async () => {
        used = limit - (await limits.peek('load', key, asked)).remaining
        return true
      })
      return { admitted, failed, used }
    },
  }
}
