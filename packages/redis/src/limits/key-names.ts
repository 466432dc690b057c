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

export interface KeyName {
  readonly text: string
  /** What the slot is chosen by. */
  readonly tag: number
}

/** Keys and groups are hashed: none addresses another, none is too long, and what a client sent as its key is told to nobody. */
export class KeyNames {
  readonly #prefix: string
  readonly #groups = new Map<string, string>()
  #recent = new Map<string, KeyName>()
  #earlier = new Map<string, KeyName>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** How many are remembered. */
  get size(): number {
    return this.#recent.size + this.#earlier.size
  }

  of(group: string, key: string): KeyName {
    // The group's part has a fixed length, so that no two pairs are the same text.
    const id = this.#group(group) + key
    const known = this.#recent.get(id) ?? this.#earlier.get(id)
    if (known !== undefined) return known
    const name = this.#named(id)
    if (id.length > longestRemembered) return name
    if (this.#recent.size >= remembered) {
      this.#earlier = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(id, name)
    return name
  }

  #named(id: string): KeyName {
    // Unpaired surrogates would all be the same in UTF-8.
    const hashed = surrogate.test(id) ? digest(id) : hash('sha256', id, 'base64url')
    const tag = (valueAt(hashed, digestLength) * 64 + valueAt(hashed, digestLength + 1)) % tags
    return { text: `${this.#prefix}{${tag}}l2:${hashed.slice(0, digestLength)}`, tag }
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
