/** The clock of this process: monotonic, so that no clock step frees or freezes anybody. */
import type { Clock, Undo } from '../ports/clock.ts'

/** `setTimeout` fires at once beyond this; longer waits go in steps. */
const longestTimeoutMs = 2 ** 31 - 1

/** How long a measured difference to the wall clock is used before it is measured again. */
const wallOffsetLifeMs = 1_000

/** Kept from before a test replaces them. */
const ownDate = Date
const { hrtime } = process

/** Where the scale of `hrtime`, which begins anywhere, lies on that of the Unix epoch. */
const origin = performance.timeOrigin + performance.now() - elapsedMs()

/** The cheapest of Node's monotonic clocks: `performance.now()` reads the same one and takes a third longer. */
function elapsedMs(): number {
  const time = hrtime()
  return time[0] * 1e3 + time[1] * 1e-6
}

/** The latest reading, in an object: a number in a variable that closures share would be boxed anew each time. */
const latest = { instant: 0 }

function now(): number {
  // Tests replace the globals while the app runs: then their time counts.
  const instant = Date === ownDate ? origin + elapsedMs() : performance.timeOrigin + performance.now()
  latest.instant = instant
  return instant
}

/** Monotonic time on the scale of the Unix epoch; the wall clock is asked once per second at most. */
export function systemClock(): Clock {
  let offset = 0
  let offsetMeasuredAt = -Infinity
  return {
    now,
    toWall(instant) {
      // Whoever asks has mostly just read the clock, which costs more than all the rest of this.
      if (latest.instant - offsetMeasuredAt >= wallOffsetLifeMs) {
        const current = now()
        offset = Date.now() - current
        // Less than that is not a step of the clock but the grain of `Date.now()`.
        if (Math.abs(offset) < 20) offset = 0
        offsetMeasuredAt = current
      }
      return instant + offset
    },
    schedule: scheduleTimeout,
  }
}

function scheduleTimeout(delayMs: number, task: () => void): Undo {
  if (delayMs <= longestTimeoutMs) {
    const only = setTimeout(task, delayMs)
    only.unref()
    return () => clearTimeout(only)
  }
  let remainingMs = delayMs
  let timer: NodeJS.Timeout
  const step = (): void => {
    const waitMs = Math.min(remainingMs, longestTimeoutMs)
    remainingMs -= waitMs
    timer = setTimeout(remainingMs > 0 ? step : task, waitMs)
    timer.unref()
  }
  step()
  return () => clearTimeout(timer)
}
