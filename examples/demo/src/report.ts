/** The tables that the demo prints. */
import type { RunningShop } from './running-shop.ts'
import { quantile, type Example, type Tally } from './tally.ts'

export interface Result {
  readonly shop: RunningShop
  readonly tally: Tally
}

type Row = readonly [title: string, value: (result: Result) => string]

const rows: readonly Row[] = [
  ['requests', ({ tally }) => String(tally.requests)],
  ['handler runs', ({ shop }) => String(cachedRuns(shop))],
  ['handler runs saved', ({ shop, tally }) => String(tally.cacheable - cachedRuns(shop))],
  ['hit ratio', ({ tally }) => `${((100 * tally.spared) / Math.max(1, tally.cacheable)).toFixed(1)} %`],
  ['hit p50 / p99', ({ tally }) => quantiles(tally.hitMs)],
  ['miss p50 / p99', ({ tally }) => quantiles(tally.missMs)],
  ['denied (429)', ({ tally }) => String(tally.denied)],
  ['logins that ran', ({ shop }) => String(shop.shop.runs.login)],
  ['slow report runs', ({ shop }) => String(shop.shop.runs.report)],
]

export function printTable(results: readonly Result[]): void {
  const first = Math.max(...rows.map(([title]) => title.length))
  const line = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(18)).join('')
  console.log(`\n${''.padEnd(first)}${line(results.map(({ shop }) => shop.framework))}`)
  for (const [title, value] of rows) console.log(`${title.padEnd(first)}${line(results.map(value))}`)
}

/** The fields of one hit and of one denial, as received. */
export function printExamples(results: readonly Result[]): void {
  for (const { shop, tally } of results) {
    console.log(`\n${shop.framework}: one hit and one denial, as received`)
    for (const example of [tally.hit, tally.denial]) if (example) printExample(example)
  }
}

const shownFields = [
  'cache-status',
  'age',
  'content-type',
  'content-length',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'ratelimit-policy',
  'ratelimit',
  'retry-after',
]

function printExample({ status, headers }: Example): void {
  console.log(`  HTTP ${status}`)
  for (const name of shownFields)
    if (headers[name] !== undefined) console.log(`    ${name}: ${String(headers[name])}`)
}

function cachedRuns({ shop }: RunningShop): number {
  const { list, product, search, report, export: exported } = shop.runs
  return list + product + search + report + exported
}

function quantiles(values: readonly number[]): string {
  return `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)} ms`
}
