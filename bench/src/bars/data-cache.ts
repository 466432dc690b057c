/** The data cache: a hit in memory is faster than every library's. */
import type { Bar } from './bar.ts'
import { mostOf, ratioToPeers } from './compare.ts'

export const dataCacheBars: readonly Bar[] = ['get, there', 'getOrLoad, there'].map((scene) => ({
  part: 'data-cache',
  text: `${scene}: time of the fastest library`,
  bound: 'below',
  aim: 1,
  measured: (results) =>
    ratioToPeers(
      results,
      { title: `data cache in memory, ${scene}`, name: 'forebay', measure: 'cpuNanoseconds' },
      mostOf,
    ),
}))
