/** What the counters of a group and key are called in Redis. */
import { digestLength, quickDigest, shortDigest } from '../short-digest.ts'

/**
 * How many Cluster slots counters are spread over. Fewer than there are, because only decisions of one slot can share a call.
 * All keys of one client are in one slot.
 */
const tags = 256

/** How many names each of two generations remembers; when the recent one is full, the earlier one is forgotten as a whole. */
const remembered = 10_000

/** Longer ones, of group and key together, are hashed anew each time: what a client sends takes bounded memory. */
const longestRemembered = 512

/** By group, then by key. */
type Names = Map<string, Map<string, KeyName>>

export interface KeyName {
  readonly text: string
  /** The hash tag in the name, from 0 to 255: names of one tag are in one Cluster slot. */
  readonly tag: number
  /** Of the text, in UTF-8. */
  readonly bytes: number
}

/** Keys and groups are hashed: none addresses another, none is too long, and what a client sent as its key is told to nobody. */
export class KeyNames {
  readonly #prefix: string
  /** How many bytes more than characters a name has. */
  readonly #moreBytes: number
  readonly #groups = new Map<string, string>()
  #recent: Names = new Map()
  #earlier: Names = new Map()
  #recentSize = 0
  #earlierSize = 0

  constructor(prefix: string) {
    this.#prefix = prefix
    this.#moreBytes = Buffer.byteLength(prefix) - prefix.length
  }

  /** How many are remembered. */
  get size(): number {
    return this.#recentSize + this.#earlierSize
  }

  of(group: string, key: string): KeyName {
    let names = this.#recent.get(group)
    const known = names?.get(key) ?? this.#earlier.get(group)?.get(key)
    if (known !== undefined) return known
    // The group's part has a fixed length, so that no two pairs are the same text.
    const name = this.#named(this.#group(group) + key)
    if (group.length + key.length > longestRemembered) return name
    if (this.#recentSize >= remembered) {
      this.#earlier = this.#recent
      this.#earlierSize = this.#recentSize
      this.#recent = new Map()
      this.#recentSize = 0
      names = undefined
    }
    if (names === undefined) {
      names = new Map()
      this.#recent.set(group, names)
    }
    names.set(key, name)
    this.#recentSize++
    return name
  }

  #named(id: string): KeyName {
    const hashed = quickDigest(id)
    const tag = (valueAt(hashed, digestLength) * 64 + valueAt(hashed, digestLength + 1)) % tags
    const text = `${this.#prefix}{${tag}}l4:${hashed.slice(0, digestLength)}`
    return { text, tag, bytes: text.length + this.#moreBytes }
  }

  #group(group: string): string {
    let known = this.#groups.get(group)
    if (known === undefined) {
      if (this.#groups.size >= remembered) this.#groups.clear()
      known = shortDigest(group)
      this.#groups.set(group, known)
    }
    return known
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function valueAt(text: string, index: number): number {
  return alphabet.indexOf(text.charAt(index))
}
