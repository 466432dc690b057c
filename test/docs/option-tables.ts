/** The tables of options in the docs, as data. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './code-blocks.ts'

export interface OptionRow {
  /** As written: `'30s'` between backticks, or words. */
  readonly byDefault: string
  /** The whole line. */
  readonly line: string
}

/** Where the table of a heading stands, when it is not that heading of docs/options.md. */
const elsewhere: Readonly<Record<string, readonly [page: string, heading: string]>> = {
  redisBackend: ['docs/redis.md', 'Connecting'],
  'in Fastify': ['docs/options.md', 'In Fastify'],
}

export function optionsPage(): string {
  return readFileSync(join(root, 'docs/options.md'), 'utf8')
}

/** The rows below a heading by option; a row of several options stands for each. */
export function tableOf(name: string): Map<string, OptionRow> {
  const [page, heading] = elsewhere[name] ?? ['docs/options.md', `\`${name}\``]
  const text = readFileSync(join(root, page), 'utf8')
  const section = text.split(`## ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''
  const rows = [...section.matchAll(/^\| (?<options>`[^|]+?) +\| (?<byDefault>[^|]+?) +\|.*$/gm)]
  return new Map(
    rows.flatMap(({ 0: line, groups }) =>
      [...(groups?.['options'] ?? '').matchAll(/`([^`]+)`/g)].map(([, option]): [string, OptionRow] => [
        option ?? '',
        { byDefault: groups?.['byDefault'] ?? '', line },
      ]),
    ),
  )
}
