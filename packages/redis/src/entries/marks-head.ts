/** What Redis holds of a scope beside its marks: the last numbers given out, and since when marks are known. */

/** "fbh" and the version of the layout. */
export const headMagic: Buffer = Buffer.from([0x66, 0x62, 0x68, 1])

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
  return Object.values(head).every((number) => number >= 0 && number <= Number.MAX_SAFE_INTEGER)
    ? head
    : undefined
}
