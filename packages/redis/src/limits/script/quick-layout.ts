/** Where the numbers of policies lie in the record of a key whose first group has just these policies. */
import type { Shape } from './shapes.ts'

/** Offsets and lengths in bytes. */
export interface QuickLayout {
  readonly headBytes: number
  /** Where begins what every charge changes: the shared numbers, and the moving ones. */
  readonly changingAt: number
  readonly toldAt: number
  /** All but the cold numbers. */
  readonly hotBytes: number
  readonly allBytes: number
  /** Of an answer: the hot part as it was, or all anew, then what every charge changes, as it is. */
  readonly answerBytes: number
}

/** In front of a group; then of each part its id and the letter of its shape. */
const countBytes = 2
const idBytes = 11
const partBytes = idBytes + 1
const floatBytes = 8

type Kind = 'still' | 'moving' | 'told' | 'cold'

function bytesOf(parts: readonly Shape[], kind: Kind): number {
  return parts.reduce((bytes, part) => bytes + part[kind].length * floatBytes, 0)
}

/** Those that any of them has. */
export function sharedBy(parts: readonly Shape[]): Shape['shared'] {
  return parts
    .map(({ shared }) => shared)
    .reduce((longest, shared) => (shared.length > longest.length ? shared : longest), [])
}

export function layoutOf(parts: readonly Shape[]): QuickLayout {
  const headBytes = countBytes + parts.length * partBytes
  const changingAt = headBytes + bytesOf(parts, 'still')
  const changingBytes = sharedBy(parts).length * floatBytes + bytesOf(parts, 'moving')
  const toldAt = changingAt + changingBytes
  const hotBytes = toldAt + bytesOf(parts, 'told')
  const allBytes = hotBytes + bytesOf(parts, 'cold')
  return {
    headBytes,
    changingAt,
    toldAt,
    hotBytes,
    allBytes,
    answerBytes: hotBytes + changingBytes,
  }
}

/** Where in an answer numbers begin: those of one policy, and the shared ones as the charge left them. */
export interface QuickPlace {
  readonly still: number
  readonly told: number
  readonly moving: number
  readonly shared: number
}

export function placesOf(parts: readonly Shape[]): readonly QuickPlace[] {
  const { headBytes, toldAt, hotBytes } = layoutOf(parts)
  let still = headBytes
  let told = toldAt
  let moving = hotBytes + sharedBy(parts).length * floatBytes
  return parts.map((part) => {
    const place = { still, told, moving, shared: hotBytes }
    still += part.still.length * floatBytes
    told += part.told.length * floatBytes
    moving += part.moving.length * floatBytes
    return place
  })
}

/** A policy as a group names it. */
export interface NamedPart {
  readonly id: string
  readonly shape: Shape
}

/** What a group of these policies begins with. */
export function headOf(parts: readonly NamedPart[]): string {
  return String.fromCharCode(parts.length, 0) + parts.map(({ id, shape }) => id + shape.letter).join('')
}

/** Of a policy, by a digest in base64url: 66 bits are plenty for what one application has. */
export function idOf(digest: string): string {
  return digest.slice(0, idBytes)
}

/** Lua for the id of a policy, by its place, in the `head` of a plan. */
export function idInHead(place: number): string {
  const from = countBytes + place * partBytes + 1
  return `string.sub(head, ${from}, ${from + idBytes - 1})`
}
