/** Generic cell rate algorithm: `burst` at once, then a steady `limit` per window, in two numbers per key. */
import { floorDivide, floorRest } from '../../kit/floor-divide.ts'
import type { Algorithm, Moment, Standing, State } from './algorithm.ts'

/** State: the theoretical arrival time in whole ms, and its fraction as a numerator over `limit`. */
const arrival = 0
const part = 1

/** The last instant that is counted exactly, in some 285,000 years: a debt that lasts longer lets nothing pass any more. */
const farthest = Number.MAX_SAFE_INTEGER

/**
 * The same admissions as the token bucket, told by one instant: when all that was charged will have worn off. A unit
 * wears off in `window / limit`, kept as whole numbers throughout, so that nothing drifts however often it is asked.
 */
export const gcra: Algorithm = {
  words: 2,
  keepsLog: false,
  begin({ numbers, at }) {
    numbers[at + arrival] = 0
    numbers[at + part] = 0
  },
  available: availableIn,
  charge(state, moment, units, standing) {
    const available = availableIn(state, moment)
    if (units > available) return false
    push(state, moment, units)
    // Nothing wears off within a moment: what was available needs not be counted again.
    const isCounted = state.numbers[state.at + arrival] !== farthest
    standWith(state, moment, isCounted ? available - units : 0, standing)
    return true
  },
  stand,
  fitsAt,
  adjust(state, moment, { units, window }) {
    // The charge is worn off when the arrival time that it led to is past.
    if (window === undefined || window > moment.now) push(state, moment, units)
  },
}

/** The first whole millisecond at which nothing that was charged is left. */
function wornOffAt({ numbers, at }: State): number {
  return numbers[at + arrival]! + (numbers[at + part]! > 0 ? 1 : 0)
}

function stand(state: State, moment: Moment, standing: Standing): void {
  standWith(state, moment, availableIn(state, moment), standing)
}

function standWith(state: State, moment: Moment, available: number, standing: Standing): void {
  const { policy, now } = moment
  const wornOff = wornOffAt(state)
  standing.available = available
  standing.wholeAt = Math.max(now, wornOff)
  standing.nextAt = available >= policy.burst ? now : fitsAt(state, moment, available + 1)
  standing.window = wornOff
}

function fitsAt(state: State, moment: Moment, units: number): number {
  const { policy, now } = moment
  const { numbers, at } = state
  if (units > policy.burst || policy.limit === 0 || numbers[at + arrival] === farthest) return Infinity
  // What exceeds the debt that leaves room for the units has to wear off first.
  const waitMs = -floorDivide(policy.burst - units, policy.windowMs, -partOf(state, moment), policy.limit)
  return Math.max(now, numbers[at + arrival]! + waitMs)
}

function availableIn(state: State, moment: Moment): number {
  const { limit, burst, windowMs } = moment.policy
  if (limit === 0 || state.numbers[state.at + arrival] === farthest) return 0
  const aheadMs = state.numbers[state.at + arrival]! - moment.now
  if (aheadMs < 0) return burst
  return Math.max(0, burst + floorDivide(-aheadMs, limit, -partOf(state, moment), windowMs))
}

/** A policy that was changed has another denominator. */
function partOf({ numbers, at }: State, { policy }: Moment): number {
  const numerator = numbers[at + part]!
  return numerator < policy.limit ? numerator : Math.max(0, policy.limit - 1)
}

function push(state: State, moment: Moment, units: number): void {
  const { numbers, at } = state
  const { now } = moment
  const { limit, windowMs } = moment.policy
  if (limit === 0) return
  const isWhole = numbers[at + arrival]! < now
  const from = isWhole ? now : numbers[at + arrival]!
  const before = isWhole ? 0 : partOf(state, moment)
  const to = from + floorDivide(units, windowMs, before, limit)
  numbers[at + arrival] = Math.min(farthest, Math.max(now, to))
  numbers[at + part] = to < now ? 0 : floorRest(units, windowMs, before, limit)
}
