/** A table as text. */

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function textOf({ title, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
  return [`\n${title}`, line(columns), ...rows.map(line)].join('\n')
}

/** The same for a document. */
export function markdownOf({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = columns.map((_, index) => (index === 0 ? '---' : '--:'))
  return [`**${title}**`, '', line(columns), line(rule), ...rows.map(line), ''].join('\n')
}

/** Stands for a part that cannot be run here. */
export function skipped(title: string): Table {
  return {
    title: `${title}: not measured`,
    columns: ['no redis-server found: name one in REDIS_SERVER_BIN, or a running one in FOREBAY_REDIS_URL'],
    rows: [],
  }
}
