/** All bars, and the table that says which of them a run has met. */
import type { Table } from '../table.ts'
import type { Bar, Results } from './bar.ts'
import { countBars } from './counts.ts'
import { dataCacheBars } from './data-cache.ts'
import { decisionBars } from './decision.ts'
import { httpCacheBars } from './http-cache.ts'
import { httpLimitBars } from './http-limit.ts'
import { redisBars } from './redis.ts'

export const bars: readonly Bar[] = [
  ...decisionBars,
  ...redisBars,
  ...httpLimitBars,
  ...httpCacheBars,
  ...dataCacheBars,
  ...countBars,
]

/** About the parts that were run; a bar that they have not measured is shown where all of their tables were asked for. */
export function tableOfBars(results: Results, isWhole: boolean): Table {
  return {
    title: 'bars',
    columns: ['', 'bar', 'measured', ''],
    rows: bars.flatMap((bar) => {
      const of = results[bar.part]
      const measured = of && bar.measured(of)
      return of === undefined || (measured === undefined && !isWhole) ? [] : [rowOf(bar, measured)]
    }),
  }
}

function rowOf({ part, text, bound, aim }: Bar, measured: number | undefined): readonly string[] {
  const digits = Number.isInteger(aim) && aim >= 10 ? 0 : 2
  const name = `${part}: ${text}`
  const bar = `${bound} ${aim.toFixed(digits)}`
  if (measured === undefined) return [name, bar, '–', 'not measured']
  return [name, bar, measured.toFixed(digits), isMet(bound, aim, measured) ? 'met' : 'missed']
}

function isMet(bound: Bar['bound'], aim: number, measured: number): boolean {
  if (bound === 'at least') return measured >= aim
  return bound === 'below' ? measured < aim : measured <= aim
}
