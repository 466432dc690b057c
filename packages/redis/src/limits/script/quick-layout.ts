/** Where the numbers of policies lie in the record of a key that has these policies and nothing else. */

/** Names of a state's numbers, by how they are used. Told, still, moving and cold ones make up the state, in this order. */
export interface QuickNumbers {
  /** Read only for an answer, and where the record is written anew. */
  readonly told: readonly string[]
  /** Read with every charge. */
  readonly still: readonly string[]
  /** Changed by every charge. */
  readonly moving: readonly string[]
  /** Seldom needed: they lie behind everything else, and are mostly not even read. */
  readonly cold: readonly string[]
}

/** A policy as a record names it. */
export interface NamedPart {
  readonly id: string
  readonly numbers: QuickNumbers | undefined
}

/** Offsets and lengths in bytes. A record is its head, then the still, the moving, the told and the cold numbers of all. */
export interface QuickLayout {
  readonly headBytes: number
  readonly movingAt: number
  readonly toldAt: number
  /** All but the cold numbers. */
  readonly hotBytes: number
  readonly allBytes: number
  /** Of an answer: the hot numbers as they were, or all anew, then the moving ones as they are. */
  readonly answerBytes: number
}

/** In front of a record; then of each part, its id and how many numbers it has of each kind. */
const countBytes = 2
const idBytes = 12
const partBytes = idBytes + 4
const floatBytes = 8

/** How many numbers there are of each kind. */
export function numbersOf(parts: readonly QuickNumbers[]): Readonly<Record<keyof QuickNumbers, number>> {
  const sum = (kind: keyof QuickNumbers): number =>
    parts.reduce((count, part) => count + part[kind].length, 0)
  return { told: sum('told'), still: sum('still'), moving: sum('moving'), cold: sum('cold') }
}

export function layoutOf(parts: readonly QuickNumbers[]): QuickLayout {
  const { told, still, moving, cold } = numbersOf(parts)
  const headBytes = countBytes + parts.length * partBytes
  const movingAt = headBytes + still * floatBytes
  const toldAt = movingAt + moving * floatBytes
  const hotBytes = toldAt + told * floatBytes
  const allBytes = hotBytes + cold * floatBytes
  return { headBytes, movingAt, toldAt, hotBytes, allBytes, answerBytes: hotBytes + moving * floatBytes }
}

/** Where in an answer the numbers of one policy begin. */
export interface QuickPlace {
  readonly told: number
  readonly still: number
  readonly moving: number
}

export function placesOf(parts: readonly QuickNumbers[]): readonly QuickPlace[] {
  const { headBytes, toldAt, hotBytes } = layoutOf(parts)
  let [told, still, moving] = [toldAt, headBytes, hotBytes]
  return parts.map((part) => {
    const place = { told, still, moving }
    told += part.told.length * floatBytes
    still += part.still.length * floatBytes
    moving += part.moving.length * floatBytes
    return place
  })
}

/** What a record of these policies and nothing else begins with. */
export function headOf(parts: readonly NamedPart[]): string {
  const named = parts.map(({ id, numbers }) => {
    const { still, moving, told, cold } = numbers ?? { told: [], still: [], moving: [], cold: [] }
    return id + String.fromCharCode(still.length, moving.length, told.length, cold.length)
  })
  return String.fromCharCode(parts.length, 0) + named.join('')
}

/** Lua for the id of a policy, by its place, in the `head` of a plan. */
export function idInHead(place: number): string {
  const from = countBytes + place * partBytes + 1
  return `string.sub(head, ${from}, ${from + idBytes - 1})`
}
