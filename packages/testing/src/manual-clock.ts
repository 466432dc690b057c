/** A clock that stands still until it is told to go on. */
import type { Clock, Undo } from '@forebay/core'

export interface ManualClock extends Clock {
  /** Moves time on by `ms`, running what was scheduled on the way, in order. */
  advance(ms: number): void
}

interface Scheduled {
  readonly at: number
  readonly task: () => void
}

/** Starts at `startAt` (ms since the epoch; default a fixed instant). The wall clock runs beside it, `wallOffsetMs` ahead. */
export function manualClock(startAt: number = Date.UTC(2026, 0, 1), wallOffsetMs: number = 0): ManualClock {
  let current = startAt
  let waiting: Scheduled[] = []
  return {
    now: () => current,
    toWall: (instant) => instant + wallOffsetMs,
    schedule(delayMs, task): Undo {
      const scheduled = { at: current + delayMs, task }
      waiting.push(scheduled)
      return () => {
        waiting = waiting.filter((other) => other !== scheduled)
      }
    },
    advance(ms) {
      const until = current + ms
      for (let next = earliest(waiting, until); next !== undefined; next = earliest(waiting, until)) {
        const due = next
        waiting = waiting.filter((other) => other !== due)
        current = Math.max(current, due.at)
        due.task()
      }
      current = until
    },
  }
}

function earliest(waiting: readonly Scheduled[], until: number): Scheduled | undefined {
  let first: Scheduled | undefined
  for (const scheduled of waiting) {
    if (scheduled.at <= until && (first === undefined || scheduled.at < first.at)) first = scheduled
  }
  return first
}
