/** The time of this machine, the same in all its processes. */
import { systemClock, type Clock } from '@forebay/core'
import type { Environment } from './environment/environment.ts'

/** How long a measured difference to the wall clock is used before it is measured again. */
const wallOffsetLifeMs = 1_000

/** Where processes keep what they add to the time since the machine was started. */
const agreedKey = Buffer.from('clock')

/**
 * Counts from the start of the machine, so that no step of the wall clock frees or freezes anybody, nor parts two processes:
 * what makes instants of it was written down by the process that came first. Where the system does not tell which start of
 * the machine this is, it is the wall clock instead, which stands still here while it is behind.
 */
export function machineClock(environment: Environment): Clock {
  const now = environment.isOfThisBoot ? sinceBoot(agreedOffset(environment)) : wallTime()
  const system = systemClock()
  let offset = 0
  let measuredAt = -Infinity
  return {
    now,
    toWall(instant) {
      const current = now()
      if (current - measuredAt >= wallOffsetLifeMs) {
        offset = Date.now() - current
        // Less than that is not a step of the clock but the grain of `Date.now()`.
        if (Math.abs(offset) < 20) offset = 0
        measuredAt = current
      }
      return instant + offset
    },
    schedule: (delayMs, task) => system.schedule(delayMs, task),
  }
}

function sinceBoot(offset: number): () => number {
  return () => monotonic() + offset
}

function wallTime(): () => number {
  let latest = 0
  return () => (latest = Math.max(latest, Date.now()))
}

/** Milliseconds since the machine was started; on Linux the same in all processes. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}

function agreedOffset(environment: Environment): number {
  const facts = environment.table('facts')
  return environment.write(() => {
    const agreed = facts.get(agreedKey)
    if (agreed?.length === 8) return agreed.readDoubleLE()
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(Date.now() - monotonic())
    facts.put(agreedKey, bytes)
    return bytes.readDoubleLE()
  })
}
