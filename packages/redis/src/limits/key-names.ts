/** What the counters of a group and key are called in Redis. */
import { hash } from 'node:crypto'
import { digest } from '@forebay/core'

/** The keys of one client lie in one Cluster slot, and there are only so many slots: many decisions travel together then. */
const tags = 256

/** Names that are remembered, in each of two halves: the older half is forgotten as a whole. */
const remembered = 10_000

const longestRemembered = 512

const surrogate = /[\ud800-\udfff]/

/** 128 bits: nobody finds two keys that share a name. */
const digestLength = 22

/** By group and key. */
type Names = Map<string, Map<string, KeyName>>

export interface KeyName {
  readonly text: string
  /** What the slot is chosen by. */
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
    // Unpaired surrogates would all be the same in UTF-8.
    const hashed = surrogate.test(id) ? digest(id) : hash('sha256', id, 'base64url')
    const tag = (valueAt(hashed, digestLength) * 64 + valueAt(hashed, digestLength + 1)) % tags
    const text = `${this.#prefix}{${tag}}l3:${hashed.slice(0, digestLength)}`
    return { text, tag, bytes: text.length + this.#moreBytes }
  }

  #group(group: string): string {
    let known = this.#groups.get(group)
    if (known === undefined) {
      if (this.#groups.size >= remembered) this.#groups.clear()
      known = digest(group).slice(0, digestLength)
      this.#groups.set(group, known)
    }
    return known
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function valueAt(text: string, index: number): number {
  return alphabet.indexOf(text.charAt(index))
}
