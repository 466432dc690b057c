/** Token bucket: `burst` at once, then a steady `limit` per window. */
import type { Algorithm, Moment, State } from './algorithm.ts'

/** State: whole tokens, the next token's numerator over `windowMs`, and the instant of both. */
const tokens = 0
const part = 1
const filledAt = 2

/** In whole numbers throughout: a bucket that is asked often fills exactly as fast as one that is asked seldom. */
export const tokenBucket: Algorithm = {
  words: 3,
  keepsLog: false,
  begin({ numbers, at }, { policy, now }) {
    numbers[at + tokens] = policy.burst
    numbers[at + part] = 0
    numbers[at + filledAt] = now
  },
  available(state, moment) {
    return moment.policy.limit === 0 ? 0 : Math.max(0, filled(state, moment).tokens)
  },
  charge(state, moment, units) {
    write(state, moment, units)
  },
  wholeAt(state, moment) {
    return moment.policy.limit === 0 ? moment.now : whenThere(state, moment, moment.policy.burst)
  },
  fitsAt(state, moment, units) {
    const { burst, limit } = moment.policy
    return units > burst || limit === 0 ? Infinity : whenThere(state, moment, units)
  },
  window({ numbers, at }) {
    return numbers[at + filledAt]!
  },
  adjust(state, moment, { units, window }) {
    if (window === undefined || window + fillMs(moment) > moment.now) write(state, moment, units)
  },
}

/** How long an empty bucket takes to fill: after that, nothing of a charge is left to be given back. */
function fillMs({ policy }: Moment): number {
  return policy.limit === 0 ? 0 : Math.ceil((policy.burst * policy.windowMs) / policy.limit)
}

interface Level {
  readonly tokens: number
  readonly part: number
}

function filled({ numbers, at }: State, { policy, now }: Moment): Level {
  const before = numbers[at + tokens]!
  // A policy that was changed may have a smaller bucket, or another denominator.
  if (before >= policy.burst) return { tokens: policy.burst, part: 0 }
  const elapsed = Math.max(0, now - numbers[at + filledAt]!)
  const grown = Math.min(numbers[at + part]!, policy.windowMs - 1) + elapsed * policy.limit
  const whole = Math.floor(grown / policy.windowMs)
  if (before + whole >= policy.burst) return { tokens: policy.burst, part: 0 }
  return { tokens: before + whole, part: grown - whole * policy.windowMs }
}

function write(state: State, moment: Moment, units: number): void {
  const level = filled(state, moment)
  const { numbers, at } = state
  const left = level.tokens - units
  numbers[at + tokens] = Math.min(moment.policy.burst, left)
  numbers[at + part] = left >= moment.policy.burst ? 0 : level.part
  numbers[at + filledAt] = Math.max(numbers[at + filledAt]!, moment.now)
}

function whenThere(state: State, moment: Moment, wanted: number): number {
  const { policy, now } = moment
  const level = filled(state, moment)
  if (level.tokens >= wanted) return now
  // The clock may have stepped back behind the last charge: filling goes on from there.
  const from = Math.max(now, state.numbers[state.at + filledAt]!)
  return from + Math.ceil(((wanted - level.tokens) * policy.windowMs - level.part) / policy.limit)
}
