/** A table as text. */
import type { Column, Result, Row } from './result.ts'
import { median, pairwise, spread } from './statistics.ts'

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function tableOf({ title, columns, rows }: Result): Table {
  return {
    title,
    columns: ['', ...columns.map(({ heading }) => heading)],
    rows: rows.map((row) =>
      row.failure === undefined
        ? [row.name, ...columns.map((column) => cell(column, row, rows[0]))]
        : [row.name, `not measured: ${row.failure}`, ...columns.slice(1).map(() => '')],
    ),
  }
}

function cell({ measure, show, digits }: Column, row: Row, floor: Row | undefined): string {
  const own = row.values[measure] ?? []
  const other = floor?.values[measure]
  const ratios = pairwise(own, other, (one, base) => one / base)
  const number = {
    median: () => median(own),
    ratio: () => median(ratios),
    spread: () => spread(ratios),
    added: () => median(pairwise(own, other, (one, base) => one - base)),
  }[show]()
  return Number.isFinite(number) ? number.toFixed(digits) : '–'
}

export function textOf({ title, columns, rows }: Table): string {
  // A row that says why it was not measured may be as long as it likes.
  const counted = [columns, ...rows.filter((row) => !row[1]?.startsWith('not measured'))]
  const widths = columns.map((_, index) =>
    Math.max(...(index === 0 ? [columns, ...rows] : counted).map((row) => (row[index] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, index) =>
        index === 0 ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [`\n${title}`, line(columns), ...rows.map(line)].join('\n')
}

/** The same for a document. Ends with an empty line, so that tables can follow each other. */
export function markdownOf({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = columns.map((_, index) => (index === 0 ? '---' : '--:'))
  return [`**${title}**`, '', line(columns), line(rule), ...rows.map(line), '', ''].join('\n')
}
