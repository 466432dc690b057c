/** A hit: hardly dearer than prepared bytes, and cheaper than the libraries'. */
import { frameworks } from '../scenario.ts'
import type { Bar } from './bar.ts'
import { ratio, rowOf } from './compare.ts'

/** Our CPU time per request over that of another row of the same table. */
function toRow(title: string, name: string, bound: Bar['bound'], aim: number): Bar {
  return {
    part: 'http-cache',
    text: `${title}: CPU of ${name}'s`,
    bound,
    aim,
    measured: (results) =>
      ratio(rowOf(results, title, 'forebay'), rowOf(results, title, name), 'cpuMicroseconds'),
  }
}

const libraries = { express: 'apicache', koa: 'koa-cash' }

export const httpCacheBars: readonly Bar[] = [
  ...['hit-1k', 'hit-20k'].flatMap((size) =>
    frameworks.map((framework) => toRow(`${size}, ${framework}`, 'raw end(buffer)', 'at most', 1.1)),
  ),
  ...['hit-1k', 'hit-20k'].map((size) => toRow(`${size}, express`, 'res.send(buffer)', 'below', 0.5)),
  ...['hit-1k', 'hit-20k', 'hit-200k'].flatMap((size) =>
    Object.entries(libraries).map(([framework, name]) => toRow(`${size}, ${framework}`, name, 'below', 1)),
  ),
]
