/** What entries, and the marks of a scope, are called in Redis. */
import { hash } from 'node:crypto'
import { digest } from '@forebay/core'

/** 132 bits: nobody finds two keys that share a name. */
const digestLength = 22

/** Unpaired surrogates would all be the same in UTF-8. */
const surrogate = /[\ud800-\udfff]/

/** Of one scope. Names and keys are hashed: none addresses another, none is too long, and the server reads no URLs. */
export class EntryNames {
  /** The slots of entries differ; head and marks have one together. */
  readonly head: string
  readonly marks: string
  readonly #scope: string
  readonly #prefix: string

  constructor(prefix: string, scope: string) {
    this.#scope = digest(scope).slice(0, digestLength)
    this.#prefix = `${prefix}e1:`
    this.head = `${prefix}{${this.#scope}}h1`
    this.marks = `${prefix}{${this.#scope}}m1`
  }

  entry(key: string): string {
    // The scope's part has a fixed length, so that no two pairs are the same text.
    const id = this.#scope + key
    const hashed = surrogate.test(id) ? digest(id) : hash('sha256', id, 'base64url')
    return this.#prefix + hashed.slice(0, digestLength)
  }
}
