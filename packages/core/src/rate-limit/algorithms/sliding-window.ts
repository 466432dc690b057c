/** Sliding window in segments: never more than the limit in any window, in a few numbers per key. */
import type { Algorithm, Moment, State } from './algorithm.ts'

/** Into how many segments a window is cut. */
const segments = 10

/** State: start and length of the newest segment, its latest hit, and the units of it and of the `segments` before it. */
const start = 0
const length = 1
const latest = 2
const counts = 3
const segmentCounts = segments + 1

/**
 * Conservative: a unit is counted at least until its own age is one window, so no interval of the window's length ever
 * holds more than the limit. The units of the newest segment expire together, a window after its latest hit; those of
 * older segments a window after the segment's end. A unit therefore comes back late by at most one segment, a tenth of
 * the window, and a lone one exactly on time.
 */
export const slidingWindow: Algorithm = {
  words: counts + segmentCounts,
  keepsLog: false,
  begin,
  available(state, moment) {
    return Math.max(0, moment.policy.limit - usedIn(state, moment))
  },
  charge(state, moment, units) {
    advance(state, moment)
    const { numbers, at } = state
    numbers[at + latest] = Math.max(numbers[at + latest]!, moment.now)
    numbers[at + counts]! += units
  },
  wholeAt(state, moment) {
    for (let age = 0; age < segmentCounts; age++) {
      // The newest that holds anything expires last.
      if (state.numbers[state.at + counts + age]! > 0) return Math.max(moment.now, expiry(state, moment, age))
    }
    return moment.now
  },
  fitsAt(state, moment, units) {
    const { limit } = moment.policy
    if (units > limit) return Infinity
    let used = usedIn(state, moment)
    if (used + units <= limit) return moment.now
    for (let age = segmentCounts - 1; age >= 0; age--) {
      const expiresAt = expiry(state, moment, age)
      if (expiresAt <= moment.now) continue
      used -= state.numbers[state.at + counts + age]!
      if (used + units <= limit) return expiresAt
    }
    return Infinity
  },
  window({ numbers, at }) {
    return numbers[at + start]!
  },
  adjust(state, moment, { units, window }) {
    const { numbers, at } = state
    if (window !== undefined) {
      adjustSegment(state, moment, { units, age: (numbers[at + start]! - window) / numbers[at + length]! })
      return
    }
    let left = units
    for (let age = 0; age < segmentCounts && left !== 0; age++)
      left -= adjustSegment(state, moment, { units: left, age })
  },
}

/** Returns what could be corrected there. */
function adjustSegment(
  state: State,
  moment: Moment,
  { units, age }: { readonly units: number; readonly age: number },
): number {
  if (!Number.isInteger(age) || age < 0 || age >= segmentCounts || expiry(state, moment, age) <= moment.now)
    return 0
  const segment = state.at + counts + age
  const before = state.numbers[segment]!
  state.numbers[segment] = Math.max(0, before + units)
  return state.numbers[segment]! - before
}

function begin({ numbers, at }: State, { policy, now }: Moment): void {
  numbers.fill(0, at + counts, at + counts + segmentCounts)
  numbers[at + start] = now
  // Rounded up: all segments together must not be shorter than the window.
  numbers[at + length] = Math.ceil(policy.windowMs / segments)
  numbers[at + latest] = now
}

/** From when on the segment that is `age` segments older than the newest counts no more. */
function expiry({ numbers, at }: State, { policy }: Moment, age: number): number {
  const lastHit = age === 0 ? numbers[at + latest]! : numbers[at + start]! - (age - 1) * numbers[at + length]!
  return lastHit + policy.windowMs
}

function usedIn({ numbers, at }: State, { policy, now }: Moment): number {
  const horizon = now - policy.windowMs
  let used = numbers[at + latest]! > horizon ? numbers[at + counts]! : 0
  const lengthMs = numbers[at + length]!
  let endsAt = numbers[at + start]!
  for (let age = 1; age < segmentCounts && endsAt > horizon; age++) {
    used += numbers[at + counts + age]!
    endsAt -= lengthMs
  }
  return used
}

/** Makes the segment that `now` falls into the newest one. */
function advance(state: State, moment: Moment): void {
  const { numbers, at } = state
  const steps = Math.floor((moment.now - numbers[at + start]!) / numbers[at + length]!)
  if (numbers[at + length] !== Math.ceil(moment.policy.windowMs / segments)) {
    // The policy's window has changed, and old segments do not fit the new grid: they count as if they were hit now.
    const used = usedIn(state, moment)
    begin(state, moment)
    numbers[at + counts] = used
  } else if (usedIn(state, moment) === 0) {
    begin(state, moment)
  } else if (steps > 0) {
    numbers.copyWithin(at + counts + steps, at + counts, at + counts + segmentCounts - steps)
    numbers.fill(0, at + counts, at + counts + steps)
    numbers[at + start]! += steps * numbers[at + length]!
    numbers[at + latest] = moment.now
  }
}
