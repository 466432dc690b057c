/** What a shared backend holds of a scope beside its marks: the last numbers given out, and since when marks are known. */

/** "fbh" and the version of the layout. */
export const headMagic: Buffer = Buffer.from([0x66, 0x62, 0x68, 1])

/** Numbers are below: microseconds until the year 2112. */
export const numbersEnd: number = 2 ** 52

/** Where what is, little-endian; frozen, like that of an entry. */
export const headLayout = {
  magic: 0,
  /** How many marks there must be beside it: when there are not, some were lost. */
  count: 4,
  floor: 8,
  markedAt: 16,
  last: 24,
  until: 32,
  length: 40,
} as const

export interface MarksHead {
  readonly count: number
  /** Everything with a smaller stamp counts as invalidated: of the marks before this one not all are known. */
  readonly floor: number
  /** The number of the last mark. */
  readonly markedAt: number
  /** The last number given out, to a stamp or a mark. */
  readonly last: number
  /** When the marks go, an instant of the server: no entry may live longer, or it is lost with them. */
  readonly until: number
}

/** Undefined for what is no head. */
export function readMarksHead(bytes: Buffer): MarksHead | undefined {
  const at = headLayout
  if (bytes.length !== at.length || !bytes.subarray(0, headMagic.length).equals(headMagic)) return undefined
  const head = {
    count: bytes.readUInt32LE(at.count),
    floor: bytes.readDoubleLE(at.floor),
    markedAt: bytes.readDoubleLE(at.markedAt),
    last: bytes.readDoubleLE(at.last),
    until: bytes.readDoubleLE(at.until),
  }
  const { floor, markedAt, last, until } = head
  const isSound =
    isNumber(last) && isNumber(floor) && isNumber(markedAt) && until >= 0 && Number.isFinite(until)
  // No number was given out that is greater than the last one.
  return isSound && floor <= last && markedAt <= last ? head : undefined
}

function isNumber(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0 && number < numbersEnd
}
