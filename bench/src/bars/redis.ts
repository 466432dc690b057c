/** The decision in Redis: more of them than the fastest library. */
import type { Bar } from './bar.ts'
import { leastOf, ratio, ratioToPeers, rowOf } from './compare.ts'

const measure = 'perSecond'
const ours = ['forebay sliding-window', 'forebay fixed-window']
/** Those that ask Redis for every denial, too. */
const asking = ['@fastify/rate-limit RedisStore', 'rate-limit-redis']
const denied = 'decision in Redis, 64 in flight, a key that is denied'

const throughput = ours.flatMap((name) =>
  [1, 512].map((inFlight): Bar => {
    const title = `decision in Redis, ${inFlight} in flight`
    return {
      part: 'redis',
      text: `${name}, ${inFlight} in flight: decisions of the fastest library`,
      bound: 'at least',
      aim: inFlight === 1 ? 1 : 1.5,
      measured: (results) => ratioToPeers(results, { title, name, measure }, leastOf),
    }
  }),
)

const policies = ours.map((name): Bar => ({
  part: 'redis',
  text: `${name}, three policies: cost of one`,
  bound: 'at most',
  aim: 1.3,
  measured(results) {
    // Two tables: what they have in common is the floor.
    const toFloor = (title: string): number | undefined =>
      ratio(rowOf(results, title, name), rowOf(results, title, 'GET'), measure)
    const one = toFloor('decision in Redis, 512 in flight')
    const three = toFloor('decision in Redis, 512 in flight, three policies')
    return one === undefined || three === undefined ? undefined : one / three
  },
}))

const denials = ours.map((name): Bar => ({
  part: 'redis',
  text: `${name}, denied key: decisions of the fastest library that asks Redis`,
  bound: 'at least',
  aim: 20,
  measured(results) {
    const own = rowOf(results, denied, name)
    const ratios = asking.map((peer) => ratio(own, rowOf(results, denied, peer), measure))
    const known = ratios.filter((one) => one !== undefined)
    return known.length === 0 ? undefined : leastOf(known)
  },
}))

export const redisBars: readonly Bar[] = [...throughput, ...policies, ...denials]
