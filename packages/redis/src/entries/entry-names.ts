/** What entries, and the marks of a scope, are called in Redis. */
import { digestLength, quickDigest, shortDigest } from '../short-digest.ts'

/** Those of one scope. Scopes and keys are hashed: none addresses another, none is too long, and key names tell no URLs. */
export class EntryNames {
  /** Head and marks have one Cluster slot together, for their script; entries are spread over all slots. */
  readonly head: string
  readonly marks: string
  readonly #scope: string
  readonly #prefix: string

  constructor(prefix: string, scope: string) {
    this.#scope = shortDigest(scope)
    this.#prefix = `${prefix}e1:`
    this.head = `${prefix}{${this.#scope}}h1`
    this.marks = `${prefix}{${this.#scope}}m1`
  }

  entry(key: string): string {
    // The scope's part has a fixed length, so that no two pairs are the same text.
    return this.#prefix + quickDigest(this.#scope + key).slice(0, digestLength)
  }
}
