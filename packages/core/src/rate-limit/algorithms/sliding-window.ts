/** Sliding window in segments: never more than the limit in any window, in a few numbers per key. */
import {
  corrected,
  type Algorithm,
  type Correction,
  type Moment,
  type Standing,
  type State,
} from './algorithm.ts'

/** Into how many segments a window is cut: more would recover sooner, and cost 16 bytes per key each. */
const segments = 5
/** One more is kept: the oldest may be partly expired. */
const kept = segments + 1

/** State: the first hit of the newest segment; then for each segment, newest first, its last hit and its units. */
const first = 0
const last = 1
const units = 2
const stride = 2
const words = 1 + kept * stride

/**
 * A segment opens with its first hit, takes the hits of a fifth of the window, and counts in full until a window after
 * its LAST hit. So every unit is counted at least for a window of its own, and no interval of the window's length ever
 * holds more than the limit. A unit comes back late by less than one segment, and hits that are a segment apart (a lone
 * one above all) exactly on time.
 */
export const slidingWindow: Algorithm = {
  words,
  keepsLog: false,
  begin({ numbers, at }) {
    numbers.fill(0, at, at + words)
  },
  available: availableIn,
  charge(state, moment, charged, standing) {
    if (charged > availableIn(state, moment)) return false
    const { numbers, at } = state
    if (isClosed(state, moment)) open(state, moment)
    // Where the clock has stepped back, the hit counts as made with the latest one: later, never earlier.
    if (numbers[at + last]! < moment.now) numbers[at + last] = moment.now
    numbers[at + units]! += charged
    stand(state, moment, standing)
    return true
  },
  stand,
  fitsAt,
  adjust(state, moment, correction) {
    if (correction.window === undefined) adjustNewest(state, moment, correction.units)
    else adjustNamed(state, moment, correction)
  },
}

function stand(state: State, moment: Moment, standing: Standing): void {
  const { numbers, at } = state
  const { limit, windowMs } = moment.policy
  const horizon = moment.now - windowMs
  let used = 0
  let newest = horizon
  let oldest = horizon
  for (let segment = at; segment < at + kept * stride; segment += stride) {
    const lastHit = numbers[segment + last]!
    if (lastHit <= horizon) break
    const held = numbers[segment + units]!
    if (held === 0) continue
    used += held
    if (newest === horizon) newest = lastHit
    oldest = lastHit
  }
  standing.available = used < limit ? limit - used : 0
  standing.wholeAt = newest + windowMs
  // Beyond the limit, the oldest segment may give back nothing yet.
  standing.nextAt = used > limit ? fitsAt(state, moment, 1) : oldest + windowMs
  standing.window = numbers[at + first]!
}

function fitsAt(state: State, moment: Moment, wanted: number): number {
  const { policy, now } = moment
  if (wanted > policy.limit) return Infinity
  const { numbers, at } = state
  let missing = wanted - (policy.limit - usedIn(state, moment))
  if (missing <= 0) return now
  for (let segment = at + (kept - 1) * stride; segment >= at; segment -= stride) {
    const expiresAt = numbers[segment + last]! + policy.windowMs
    if (expiresAt <= now) continue
    missing -= numbers[segment + units]!
    if (missing <= 0) return expiresAt
  }
  return Infinity
}

function segmentMs({ policy }: Moment): number {
  // Rounded up: all segments together must not be shorter than the window.
  return Math.ceil(policy.windowMs / segments)
}

function availableIn(state: State, moment: Moment): number {
  const available = moment.policy.limit - usedIn(state, moment)
  return available > 0 ? available : 0
}

function usedIn({ numbers, at }: State, { policy, now }: Moment): number {
  const horizon = now - policy.windowMs
  let used = 0
  for (let segment = at; segment < at + kept * stride; segment += stride) {
    // Those that follow are older still.
    if (numbers[segment + last]! <= horizon) break
    used += numbers[segment + units]!
  }
  return used
}

/** Whether the hit at `now` opens a segment of its own. */
function isClosed(state: State, moment: Moment): boolean {
  const { numbers, at } = state
  return numbers[at + units] === 0 || moment.now >= numbers[at + first]! + segmentMs(moment)
}

function open({ numbers, at }: State, { policy, now }: Moment): void {
  if (numbers[at + units]! > 0) {
    const oldest = at + (kept - 1) * stride
    // Still counted only when the policy's window has grown: then it goes on with the next one, a little longer.
    if (numbers[oldest + last]! + policy.windowMs > now) {
      numbers[oldest - stride + units] = corrected(
        numbers[oldest - stride + units]!,
        numbers[oldest + units]!,
      )
    }
    for (let word = at + words - 1; word >= at + last + stride; word--)
      numbers[word] = numbers[word - stride]!
  }
  numbers[at + first] = now
  numbers[at + last] = now
  numbers[at + units] = 0
}

/** Corrects the newest segments, as many as it takes. */
function adjustNewest(state: State, moment: Moment, by: number): void {
  let left = by
  for (let segment = state.at; segment < state.at + kept * stride && left !== 0; segment += stride) {
    left -= adjustSegment(state, moment, { segment, by: left })
  }
}

/** The named segment is the one whose hits begin with that instant. */
function adjustNamed(state: State, moment: Moment, correction: Correction): void {
  const { numbers, at } = state
  const named = correction.window ?? 0
  for (
    let segment = at;
    segment < at + kept * stride && numbers[segment + last]! >= named;
    segment += stride
  ) {
    const older = segment + stride
    if (older < at + kept * stride && numbers[older + last]! >= named) continue
    const begins = segment === at ? numbers[at + first]! : named
    // What is longer ago than a segment takes was never in this one: its own is gone.
    if (begins !== named || numbers[segment + last]! - named >= segmentMs(moment)) return
    adjustSegment(state, moment, { segment, by: correction.units })
  }
}

/** Returns what could be corrected there. */
function adjustSegment(
  { numbers }: State,
  { policy, now }: Moment,
  { segment, by }: { readonly segment: number; readonly by: number },
): number {
  if (numbers[segment + last]! + policy.windowMs <= now) return 0
  const before = numbers[segment + units]!
  numbers[segment + units] = corrected(before, by)
  return numbers[segment + units]! - before
}
