/** Sliding log: exact, at the price of one line of memory per hit in the window. */
import type { Algorithm, Moment, Standing, State } from './algorithm.ts'

/** State: the time of the line that the latest charge went into. */
const charged = 0

/** A unit counts until its age is one window, to the millisecond: neither too early nor too late. */
export const slidingLog: Algorithm = {
  words: 1,
  keepsLog: true,
  begin({ numbers, at }) {
    numbers[at + charged] = 0
  },
  available(state, moment) {
    return Math.max(0, moment.policy.limit - usedIn(state, moment))
  },
  charge(state, moment, units, standing) {
    if (usedIn(state, moment) + units > moment.policy.limit) return false
    state.numbers[state.at + charged] = state.log.add(moment.now, units)
    stand(state, moment, standing)
    return true
  },
  stand,
  fitsAt,
  adjust({ log }, { policy, now }, { units, window }) {
    if (window === undefined) log.adjustNewest(units)
    else if (window + policy.windowMs > now) log.adjust(window, units)
  },
}

function stand(state: State, moment: Moment, standing: Standing): void {
  const { policy, now } = moment
  const used = usedIn(state, moment)
  const available = Math.max(0, policy.limit - used)
  standing.available = available
  standing.wholeAt = Math.max(now, state.log.latest + policy.windowMs)
  standing.nextAt = used === 0 ? now : fitsAt(state, moment, available + 1)
  standing.window = state.numbers[state.at + charged]!
}

function fitsAt(state: State, moment: Moment, units: number): number {
  const { policy, now } = moment
  if (units > policy.limit) return Infinity
  if (usedIn(state, moment) + units <= policy.limit) return now
  return Math.max(now, state.log.timeLeaving(policy.limit - units) + policy.windowMs)
}

function usedIn({ log }: State, { policy, now }: Moment): number {
  return log.totalAfter(now - policy.windowMs)
}
