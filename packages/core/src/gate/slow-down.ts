/** How long a request waits before it goes on: the `delay` option. */
import { durationMs } from '../kit/duration.ts'
import type { Charge, Decision } from '../ports/rate-limit-store.ts'
import type { DelayOptions } from './rate-limit-options.ts'

/** Milliseconds that an admitted request waits; 0 for none. */
export type DelayOf = (decision: Decision, charges: readonly Charge[]) => number

export function slowDown({ after, by, max }: DelayOptions): DelayOf {
  const byMs = durationMs(by, 'delay.by')
  const maxMs = durationMs(max, 'delay.max')
  return (decision, charges) => {
    const beyond = unitsUsed(decision, charges) - after
    return beyond > 0 ? Math.min(beyond * byMs, maxMs) : 0
  }
}

/** Units used up in the window; of a bucket, units that it lacks. */
function unitsUsed({ limit, remaining }: Decision, charges: readonly Charge[]): number {
  const policy = charges[0]?.policy
  const isBucket = policy !== undefined && policy.burst !== policy.limit
  return (isBucket ? policy.burst : limit) - remaining
}
