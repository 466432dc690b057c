/** One node after the other, for what is read and then written. */
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Fleet } from './fleet.ts'
import { giveBack } from './give-back.ts'

export interface ExclusiveOptions {
  readonly fleet: Fleet
  /** Without spaces. */
  readonly key: string
  /** The most that one waits for the others. */
  readonly timeoutMs: number
}

/** For a holder that died in the middle. */
const leaseMs = 1_000

const paceMs = 10

/** Does the task while no other node does one under the same key, or after `timeoutMs` all the same: a lock is no reason to fail. */
export async function exclusively<T>(
  { fleet, key, timeoutMs }: ExclusiveOptions,
  task: () => MaybePromise<T>,
): Promise<T> {
  let lease = await fleet.acquire(key, leaseMs, timeoutMs)
  for (let waitedMs = 0; lease === 'held' && waitedMs < timeoutMs; waitedMs += paceMs) {
    await new Promise<void>((resolve) => fleet.clock.schedule(paceMs, resolve))
    lease = await fleet.acquire(key, leaseMs, timeoutMs)
  }
  try {
    return await task()
  } finally {
    if (typeof lease !== 'string') giveBack(lease)
  }
}
