/** Giving up a lease that nobody waits for. */
import { isPromise } from '../kit/promise.ts'
import type { Lease } from '../ports/lock.ts'

/** Never throws: a lease that cannot be given up ends by itself. */
export function giveBack(lease: Lease): void {
  try {
    const released = lease.release()
    if (isPromise(released)) released.catch(() => {})
  } catch {
    // Its time is bounded for just this.
  }
}
