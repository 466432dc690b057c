/** Generic cell rate algorithm: `burst` at once, then a steady `limit` per window, in two numbers per key. */
import type { Algorithm, Moment, State } from './algorithm.ts'

/** State: the theoretical arrival time in whole ms, and its fraction as a numerator over `limit`. */
const arrival = 0
const part = 1

/** The same admissions as the token bucket, told by one instant. In whole numbers throughout: nothing drifts. */
export const gcra: Algorithm = {
  words: 2,
  keepsLog: false,
  begin({ numbers, at }, { now }) {
    numbers[at + arrival] = now
    numbers[at + part] = 0
  },
  available(state, { policy, now }) {
    if (policy.limit === 0) return 0
    const { burst, windowMs } = policy
    return Math.max(
      0,
      Math.min(burst, Math.floor((burst * windowMs - debt(state, { policy, now })) / windowMs)),
    )
  },
  charge: push,
  wholeAt({ numbers, at }, { now }) {
    return Math.max(now, numbers[at + arrival]! + (numbers[at + part]! > 0 ? 1 : 0))
  },
  fitsAt(state, moment, units) {
    const { policy, now } = moment
    if (units > policy.burst || policy.limit === 0) return Infinity
    // What may be owed at most for the charge to fit, as a numerator over `limit`.
    const bearable = (policy.burst - units) * policy.windowMs
    if (debt(state, moment) <= bearable) return now
    const { numbers, at } = state
    return numbers[at + arrival]! + Math.ceil((partOf(state, moment) - bearable) / policy.limit)
  },
  window({ numbers, at }) {
    return numbers[at + arrival]!
  },
  adjust(state, moment, { units, window }) {
    // The charge is worn off when the arrival time that it led to is past.
    if (window === undefined || window > moment.now) push(state, moment, units)
  },
}

/** How far the arrival time lies ahead, as a numerator over `limit`. */
function debt(state: State, moment: Moment): number {
  const aheadMs = state.numbers[state.at + arrival]! - moment.now
  return aheadMs < 0 ? 0 : aheadMs * moment.policy.limit + partOf(state, moment)
}

/** A policy that was changed has another denominator. */
function partOf({ numbers, at }: State, { policy }: Moment): number {
  return Math.min(numbers[at + part]!, Math.max(0, policy.limit - 1))
}

function push(state: State, moment: Moment, units: number): void {
  const { limit, windowMs } = moment.policy
  if (limit === 0) return
  const owed = debt(state, moment)
  const { numbers, at } = state
  if (owed === 0) numbers[at + arrival] = moment.now
  const total = (owed === 0 ? 0 : partOf(state, moment)) + units * windowMs
  const ms = Math.floor(total / limit)
  numbers[at + arrival]! += ms
  numbers[at + part] = total - ms * limit
  if (numbers[at + arrival]! < moment.now) {
    numbers[at + arrival] = moment.now
    numbers[at + part] = 0
  }
}
