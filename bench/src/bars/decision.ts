/** The decision in memory: faster than the limiter libraries, in little memory. */
import { median } from '../statistics.ts'
import type { Bar } from './bar.ts'
import { finite, mostOf, ratioToPeers, rowOf } from './compare.ts'

const speed = ['one key', '10,000 keys'].flatMap((keys) =>
  ['sliding-window', 'fixed-window'].map((algorithm): Bar => ({
    part: 'decision',
    text: `${algorithm}, ${keys}: time of the fastest library`,
    bound: 'below',
    aim: 1,
    measured: (results) =>
      ratioToPeers(
        results,
        { title: `decision in memory, ${keys}`, name: `forebay ${algorithm}`, measure: 'cpuNanoseconds' },
        mostOf,
      ),
  })),
)

const mostBytes = { 'sliding-window': 160, 'fixed-window': 100, gcra: 100, 'token-bucket': 100 }

const memory = Object.entries(mostBytes).map(([algorithm, aim]): Bar => ({
  part: 'decision',
  text: `${algorithm}: bytes per key at a million keys`,
  bound: 'at most',
  aim,
  measured: (results) => {
    const row = rowOf(results, 'decision in memory, 1,000,000 new keys', `forebay ${algorithm}`)
    return finite(median(row?.values['bytesPerKey'] ?? []))
  },
}))

export const decisionBars: readonly Bar[] = [...speed, ...memory]
