/** Fixed window: the quota of a window that begins with its first hit. */
import { corrected, type Algorithm, type Moment, type Standing, type State } from './algorithm.ts'

/** State: the end of the current window, and the units used in it. */
const end = 0
const used = 1

/**
 * Cheap and easy to explain; around a window's edge up to twice the limit passes within one window's length.
 * A change of the policy's window counts from the next window on.
 */
export const fixedWindow: Algorithm = {
  words: 2,
  keepsLog: false,
  begin({ numbers, at }) {
    numbers[at + end] = 0
    numbers[at + used] = 0
  },
  available: availableIn,
  charge(state, moment, units, standing) {
    const available = availableIn(state, moment)
    if (units > available) return false
    const { numbers, at } = state
    if (numbers[at + end]! <= moment.now) {
      numbers[at + end] = moment.now + moment.policy.windowMs
      numbers[at + used] = 0
    }
    numbers[at + used]! += units
    const endsAt = numbers[at + end]!
    standing.available = available - units
    standing.wholeAt = endsAt
    standing.nextAt = endsAt
    standing.window = endsAt
    return true
  },
  stand,
  fitsAt(state, moment, units) {
    if (units > moment.policy.limit) return Infinity
    return units <= availableIn(state, moment) ? moment.now : state.numbers[state.at + end]!
  },
  adjust({ numbers, at }, { now }, { units, window }) {
    const current = numbers[at + end]!
    if (current <= now || (window !== undefined && window !== current)) return
    numbers[at + used] = corrected(numbers[at + used]!, units)
  },
}

function stand(state: State, moment: Moment, standing: Standing): void {
  const { numbers, at } = state
  const endsAt = numbers[at + end]!
  const backAt = numbers[at + used] === 0 || endsAt <= moment.now ? moment.now : endsAt
  standing.available = availableIn(state, moment)
  standing.wholeAt = backAt
  standing.nextAt = backAt
  standing.window = endsAt
}

function availableIn({ numbers, at }: State, { policy, now }: Moment): number {
  return numbers[at + end]! <= now ? policy.limit : Math.max(0, policy.limit - numbers[at + used]!)
}
