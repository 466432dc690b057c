/** Generic cell rate algorithm: `burst` at once, then a steady `limit` per window, told by one instant per key. */
import { floorDivide, floorRest } from '../../kit/floor-divide.ts'
import type { Algorithm, Moment, Standing, State } from './algorithm.ts'

/**
 * State: the theoretical arrival time in whole ms, its fraction as a numerator over the limit, and the limit and the window
 * by which it is told: under others the same units take another time to wear off.
 */
const arrival = 0
const part = 1
const toldLimit = 2
const toldWindowMs = 3
const words = 4

/** The last instant that is counted exactly, in some 285,000 years: a debt that lasts longer lets nothing pass any more. */
const farthest = Number.MAX_SAFE_INTEGER

/**
 * The same admissions as the token bucket, told by one instant: when all that was charged will have worn off. A unit
 * wears off in `window / limit`, kept as whole numbers throughout, so that nothing drifts however often it is asked.
 */
export const gcra: Algorithm = {
  words,
  keepsLog: false,
  begin({ numbers, at }) {
    numbers.fill(0, at, at + words)
  },
  available(state, moment) {
    return availableIn(toldBy(moment, state), moment)
  },
  charge(state, moment, units, standing) {
    const told = toldBy(moment, state)
    const available = availableIn(told, moment)
    if (units > available) return false
    push(told, state, moment, units)
    // Nothing wears off within a moment: what was available needs not be counted again.
    const isCounted = state.numbers[state.at + arrival] !== farthest
    standWith(state, moment, isCounted ? available - units : 0, standing)
    return true
  },
  stand(state, moment, standing) {
    standWith(state, moment, availableIn(toldBy(moment, state), moment), standing)
  },
  fitsAt,
  adjust(state, moment, { units, window }) {
    // The charge is worn off when the arrival time that it led to is past.
    if (window === undefined || window > moment.now) push(toldBy(moment, state), state, moment, units)
  },
}

/** The state as the moment's policy tells it. What was used stays used: nothing is written before the next charge. */
function toldBy({ policy, now }: Moment, state: State): State {
  const { numbers, at } = state
  const { limit, windowMs } = policy
  const before = numbers[at + toldLimit]!
  const beforeMs = numbers[at + toldWindowMs]!
  if ((before === limit && beforeMs === windowMs) || before === 0) return state
  if (limit === 0 || numbers[at + arrival] === farthest) return state
  const aheadMs = numbers[at + arrival]! - now
  const isWhole = aheadMs < 0
  const fraction = numbers[at + part]!
  const units = isWhole ? 0 : floorDivide(aheadMs, before, fraction, beforeMs)
  const rest = isWhole ? 0 : floorRest(aheadMs, before, fraction, beforeMs)
  // Of one unit more; rounded up, so that no change lets more pass.
  const more = -floorDivide(-rest, windowMs, 0, beforeMs)
  const told = new Float64Array(words)
  told[arrival] = Math.min(farthest, now + floorDivide(units, windowMs, more, limit))
  told[part] = floorRest(units, windowMs, more, limit)
  return { ...state, numbers: told, at: 0 }
}

/** The first whole millisecond at which nothing that was charged is left. */
function wornOffAt({ numbers, at }: State): number {
  return numbers[at + arrival]! + (numbers[at + part]! > 0 ? 1 : 0)
}

function standWith(state: State, moment: Moment, available: number, standing: Standing): void {
  const { policy, now } = moment
  const wornOff = wornOffAt(state)
  standing.available = available
  standing.wholeAt = Math.max(now, wornOff)
  standing.nextAt = available >= policy.burst ? now : fitsAt(state, moment, available + 1)
  standing.window = wornOff
}

/** As nothing is written before the next charge, what was used wears off until then as fast as when it was told. */
function fitsAt({ numbers, at }: State, { policy, now }: Moment, units: number): number {
  if (units > policy.burst || policy.limit === 0 || numbers[at + arrival] === farthest) return Infinity
  const isFresh = numbers[at + toldLimit] === 0
  const limit = isFresh ? policy.limit : numbers[at + toldLimit]!
  const windowMs = isFresh ? policy.windowMs : numbers[at + toldWindowMs]!
  // What exceeds the debt that leaves room for the units has to wear off first.
  const waitMs = -floorDivide(policy.burst - units, windowMs, -numbers[at + part]!, limit)
  return Math.max(now, numbers[at + arrival]! + waitMs)
}

function availableIn({ numbers, at }: State, moment: Moment): number {
  const { limit, burst, windowMs } = moment.policy
  if (limit === 0 || numbers[at + arrival] === farthest) return 0
  const aheadMs = numbers[at + arrival]! - moment.now
  if (aheadMs < 0) return burst
  return Math.max(0, burst + floorDivide(-aheadMs, limit, -numbers[at + part]!, windowMs))
}

/** Writes to `state` what `told` comes to with the units. */
function push(told: State, { numbers, at }: State, { policy, now }: Moment, units: number): void {
  const { limit, windowMs } = policy
  if (limit === 0) return
  const isWhole = told.numbers[told.at + arrival]! < now
  const from = isWhole ? now : told.numbers[told.at + arrival]!
  const before = isWhole ? 0 : told.numbers[told.at + part]!
  const to = from + floorDivide(units, windowMs, before, limit)
  numbers[at + arrival] = Math.min(farthest, Math.max(now, to))
  numbers[at + part] = to < now ? 0 : floorRest(units, windowMs, before, limit)
  numbers[at + toldLimit] = limit
  numbers[at + toldWindowMs] = windowMs
}
