/** Names of memoized functions: entries of two functions must never meet, in this process or in another. */
import { randomUUID } from 'node:crypto'
import { ForebayError, showValue } from '../../kit/forebay-error.ts'

export interface NameOptions {
  /** Of whom the error speaks: `memoize`, `@cached`. */
  readonly of: string
  /** The option. */
  readonly given: string | undefined
  /** What the function calls itself; may be empty. */
  readonly own: string
  /** Whether no other process can meet these entries: then any name will do that is free here. */
  readonly isPrivate: boolean
}

/** By cache, then by name how many have asked for it. A cache that nobody uses any more is forgotten with its names. */
const taken = new WeakMap<object, Map<string, number>>()

/** Whether other processes could not tell which function this is: it has entries all the same, for itself alone. */
export function isNameless({ given, own, isPrivate }: NameOptions): boolean {
  return given === undefined && own === '' && !isPrivate
}

/**
 * Takes a name that no other function on this cache has.
 * @throws ForebayError `FOREBAY_INVALID_OPTION` when the name is taken, and other processes would not agree on another.
 */
export function takeName(cache: object, options: NameOptions): string {
  if (isNameless(options)) return `#${randomUUID()}`
  const { of, given, own, isPrivate } = options
  const names = taken.get(cache) ?? new Map<string, number>()
  taken.set(cache, names)
  const wanted = given ?? own
  if (wanted !== '' && !names.has(wanted)) {
    names.set(wanted, 1)
    return wanted
  }
  if (given !== undefined || !isPrivate) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: name: ${showValue(wanted)} is the name of another function on this cache. Accepted: a text that no other ` +
        'function on this cache has, the same in every process.',
    )
  }
  let number = (names.get(wanted) ?? 0) + 1
  while (names.has(`${wanted}#${number}`)) number++
  names.set(wanted, number)
  const numbered = `${wanted}#${number}`
  names.set(numbered, 1)
  return numbered
}
