/** The data cache: a hit in memory is faster than every library's. */
import type { Bar } from './bar.ts'
import { mostOf, ratioToPeers } from './compare.ts'

const toFastest = (scene: string, name: string): Bar => ({
  part: 'data-cache',
  text: `${name}, ${scene}: time of the fastest library`,
  bound: 'below',
  aim: 1,
  measured: (results) =>
    ratioToPeers(
      results,
      { title: `data cache in memory, ${scene}`, name, measure: 'cpuNanoseconds' },
      mostOf,
    ),
})

export const dataCacheBars: readonly Bar[] = [
  toFastest('get, there', 'forebay'),
  toFastest('getOrLoad, there', 'forebay'),
  toFastest('getOrLoad, there', 'forebay, near copies of Redis'),
]
