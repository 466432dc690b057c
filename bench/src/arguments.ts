/** What the command line asks for: `[part …] [--quick] [--only <text in a table's title> …] [--results <folder>]`. */
import { parseArgs } from 'node:util'
import { efforts, type Effort, type EffortName } from './effort.ts'

export interface Asked {
  /** Names of parts; all where none is named. */
  readonly parts: readonly string[]
  readonly effortName: EffortName
  readonly effort: Effort
  /** Only tables whose titles contain one of these, where there are any. */
  readonly only: readonly string[]
  /** Where the results are written. */
  readonly folder: string
}

/** A sentence that says what is known, where something is not. */
export function readArguments(
  words: readonly string[],
  known: readonly string[],
  folder: string,
): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        smoke: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        results: { type: 'string', default: folder },
      },
    })
    const unknown = positionals.filter((name) => !known.includes(name))
    if (unknown.length > 0) return `Unknown part: ${unknown.join(', ')}. Known: ${known.join(', ')}.`
    const effortName = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full'
    return {
      parts: positionals.length > 0 ? positionals : known,
      effortName,
      effort: efforts[effortName],
      only: values.only,
      folder: values.results,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
