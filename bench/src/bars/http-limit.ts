/** What a limiter adds to a request: half of what the framework's best known one does. */
import { frameworks } from '../scenario.ts'
import type { Bar } from './bar.ts'
import { added, leastOf, peersIn, ratio, rowOf } from './compare.ts'

const measure = 'cpuMicroseconds'

export const httpLimitBars: readonly Bar[] = frameworks.flatMap((framework): readonly Bar[] => {
  const allowed = `limit-allowed, ${framework}`
  const denied = `limit-denied, ${framework}`
  return [
    {
      part: 'http-limit',
      text: `${framework}, allowed: added CPU of the best library's`,
      bound: 'at most',
      aim: 0.5,
      measured(results) {
        const bare = rowOf(results, allowed, 'bare')
        const own = added(rowOf(results, allowed, 'forebay'), bare, measure)
        const others = peersIn(results, allowed).map((peer) => added(peer, bare, measure))
        const known = others.filter((one) => one !== undefined)
        return own === undefined || known.length === 0 ? undefined : own / leastOf(known)
      },
    },
    {
      part: 'http-limit',
      text: `${framework}, denied: CPU of the bare handler's`,
      bound: 'at most',
      aim: 1,
      measured: (results) =>
        ratio(rowOf(results, denied, 'forebay'), rowOf(results, denied, 'bare'), measure),
    },
  ]
})
