/** Token bucket: `burst` at once, then a steady `limit` per window. */
import { floorDivide, floorRest } from '../../kit/floor-divide.ts'
import { corrected, type Algorithm, type Moment, type Standing, type State } from './algorithm.ts'

/**
 * State: whole tokens that are taken (more than the bucket holds after later charges), what has flowed back of the next one
 * as a numerator over `windowMs`, and the instant of both. What is taken stays taken when the bucket becomes another one.
 */
const taken = 0
const part = 1
const filledAt = 2

/** In whole numbers throughout: a bucket that is asked often fills exactly as fast as one that is asked seldom. */
export const tokenBucket: Algorithm = {
  words: 3,
  keepsLog: false,
  begin({ numbers, at }, { now }) {
    numbers[at + taken] = 0
    numbers[at + part] = 0
    numbers[at + filledAt] = now
  },
  available: availableIn,
  charge(state, moment, units, standing) {
    const { burst, limit } = moment.policy
    const missing = missingIn(state, moment)
    if (units > burst - missing || limit === 0) return false
    take(state, moment, missing, units)
    // Nothing flows in within a moment: what was there needs not be counted again.
    standWith(state, moment, burst - missing - units, standing)
    return true
  },
  stand,
  fitsAt(state, moment, units) {
    const { burst, limit } = moment.policy
    return units > burst || limit === 0 ? Infinity : thereAt(state, moment, units)
  },
  adjust(state, moment, { units, window }) {
    if (window === undefined || window + fillMs(moment) > moment.now) {
      take(state, moment, missingIn(state, moment), units)
    }
  },
}

function stand(state: State, moment: Moment, standing: Standing): void {
  standWith(state, moment, availableIn(state, moment), standing)
}

function standWith(state: State, moment: Moment, available: number, standing: Standing): void {
  const { burst } = moment.policy
  standing.available = available
  standing.wholeAt = thereAt(state, moment, burst)
  standing.nextAt = available >= burst ? moment.now : thereAt(state, moment, available + 1)
  standing.window = state.numbers[state.at + filledAt]!
}

/** How long an empty bucket takes to fill: after that, nothing of a charge is left to be given back. */
function fillMs({ policy }: Moment): number {
  return policy.limit === 0 ? 0 : -floorDivide(-policy.burst, policy.windowMs, 0, policy.limit)
}

function availableIn(state: State, moment: Moment): number {
  const { burst, limit } = moment.policy
  return limit === 0 ? 0 : Math.max(0, burst - missingIn(state, moment))
}

/** How many tokens the bucket lacks now. */
function missingIn(state: State, moment: Moment): number {
  const { limit, windowMs } = moment.policy
  const before = state.numbers[state.at + taken]!
  if (before === 0) return 0
  const filled = floorDivide(elapsedMs(state, moment), limit, partOf(state, moment), windowMs)
  return Math.max(0, before - filled)
}

/** The clock may have stepped back behind the last charge: filling goes on from there. */
function elapsedMs({ numbers, at }: State, { now }: Moment): number {
  return Math.max(0, now - numbers[at + filledAt]!)
}

/** A policy that was changed has another denominator. */
function partOf({ numbers, at }: State, { policy }: Moment): number {
  return Math.min(numbers[at + part]!, policy.windowMs - 1)
}

/** `missing`: how many tokens the bucket lacks now. */
function take(state: State, moment: Moment, missing: number, units: number): void {
  const { numbers, at } = state
  const { limit, windowMs } = moment.policy
  // Giving back fills the bucket at most; a full one has no part of a token more.
  const after = corrected(missing, units)
  const isFull = missing === 0 || after === 0
  numbers[at + part] = isFull
    ? 0
    : floorRest(elapsedMs(state, moment), limit, partOf(state, moment), windowMs)
  numbers[at + taken] = after
  numbers[at + filledAt] = Math.max(numbers[at + filledAt]!, moment.now)
}

function thereAt(state: State, moment: Moment, wanted: number): number {
  const { numbers, at } = state
  const { burst, limit, windowMs } = moment.policy
  const beyond = burst - wanted - numbers[at + taken]!
  if (beyond >= 0) return moment.now
  const waitMs = -floorDivide(beyond, windowMs, partOf(state, moment), limit)
  return Math.max(moment.now, numbers[at + filledAt]! + waitMs)
}
