/** What is counted and not timed: runs in a stampede, and what is admitted in the worst window. */
import type { Result } from '../result.ts'
import type { Bar } from './bar.ts'
import { finite, mostOf } from './compare.ts'

/** The most of a measure in our rows of the tables whose titles begin so. */
function mostOfOurs(results: readonly Result[], beginning: string, measure: string): number | undefined {
  const rows = results.filter(({ title }) => title.startsWith(beginning)).flatMap((one) => one.rows)
  return finite(mostOf(rows.filter(isOurs).flatMap((row) => row.values[measure] ?? [])))
}

/** A fixed window admits twice the limit by its nature; what it is measured for is to be seen beside the others. */
const isOurs = ({ role, name }: Result['rows'][number]): boolean =>
  role === 'ours' && !name.includes('fixed-window')

export const countBars: readonly Bar[] = [
  {
    part: 'stampede',
    text: 'runs of the handler for 200 requests at once',
    bound: 'at most',
    aim: 1,
    measured: (results) => mostOfOurs(results, 'stampede, 200 requests', 'runs'),
  },
  {
    part: 'stampede',
    text: 'runs of the loader for 200 getOrLoad at once',
    bound: 'at most',
    aim: 1,
    measured: (results) => mostOfOurs(results, 'stampede, 200 getOrLoad', 'runs'),
  },
  {
    part: 'accuracy',
    text: 'sliding-window: admitted in the worst window, of the limit',
    bound: 'at most',
    aim: 1,
    measured: (results) => mostOfOurs(results, 'accuracy', 'ratio'),
  },
]
