/** What JSON holds exactly: checked, copied and measured in one walk. */
import { isPlain, isPlainArray, nameOf, ValuePath, walked } from './value-path.ts'

/** A copy that shares nothing with its original, and roughly what it weighs. */
export interface PlainCopy {
  readonly copy: unknown
  readonly bytes: number
}

const bytesPerObject = 56
const bytesPerSlot = 16

/**
 * @param of whose rule it is, for the message: the codec's id.
 * @throws ForebayError `FOREBAY_INVALID_VALUE` that names the path, for anything that JSON would change or leave out.
 */
export function checkedCopy(value: unknown, of: string): PlainCopy {
  const walk = new Walk(of)
  const copy = walked(of, () => walk.copy(value))
  return { copy, bytes: walk.bytes }
}

class Walk {
  readonly #path: ValuePath
  bytes = bytesPerSlot

  constructor(of: string) {
    this.#path = new ValuePath(of)
  }

  copy(value: unknown): unknown {
    return this.#isLeaf(value) ? value : this.#object(value)
  }

  /** Everything but objects is its own copy. */
  #isLeaf(value: unknown): value is Exclude<unknown, object> {
    if (typeof value === 'string') this.bytes += 2 * value.length
    return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)
  }

  #object(value: unknown): unknown {
    if (value === undefined) throw this.#path.refused('undefined', 'null, or leave it out')
    if (typeof value === 'number') throw this.#path.refused(String(value))
    if (typeof value !== 'object' || value === null) throw this.#path.refused(`a ${typeof value}`)
    this.#path.open(value)
    this.bytes += bytesPerObject
    const copy = Array.isArray(value) ? this.#array(value) : this.#record(value)
    this.#path.close()
    return copy
  }

  #array(value: readonly unknown[]): unknown[] {
    if (!isPlainArray(value)) throw this.#path.refused('an array of a class')
    if (Object.keys(value).length !== value.length) {
      throw this.#path.refused('an array with holes, or with named members')
    }
    const copy = value.slice()
    this.bytes += bytesPerSlot * copy.length
    for (let index = 0; index < copy.length; index++) {
      const item = copy[index]
      if (this.#isLeaf(item)) continue
      this.#path.enter(index)
      copy[index] = this.#object(item)
      this.#path.leave()
    }
    return copy
  }

  #record(value: object): object {
    if (!isPlain(value)) throw this.#path.refused(nameOf(value))
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.#path.refused('an object with symbol keys')
    // Spreading makes every member its own, `__proto__` too, and is the fastest copy there is.
    const copy = { ...value } as Record<string, unknown>
    for (const key of Object.keys(copy)) {
      this.bytes += bytesPerSlot + 2 * key.length
      const member = copy[key]
      if (this.#isLeaf(member)) continue
      this.#path.enter(key)
      copy[key] = this.#object(member)
      this.#path.leave()
    }
    return copy
  }
}

/** A copy of what `checkedCopy` or `JSON.parse` made. */
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? copyOfArray(value) : copyOfRecord(value as Record<string, unknown>)
}

function copyOfArray(value: readonly unknown[]): unknown[] {
  const copy = value.slice()
  for (let index = 0; index < copy.length; index++) {
    const item = copy[index]
    if (typeof item === 'object' && item !== null) copy[index] = copyOf(item)
  }
  return copy
}

function copyOfRecord(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...value }
  for (const key in copy) {
    const member = copy[key]
    // What somebody added to Object.prototype is none of its own.
    if (typeof member === 'object' && member !== null && Object.hasOwn(copy, key)) copy[key] = copyOf(member)
  }
  return copy
}

/** The same object, and everything in it, unchangeable from now on. */
export function frozen<V>(value: V): V {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
