/** One request on its way through the cache. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'
import type { RequestDirectives } from './cache-control.ts'
import type { Validators } from './conditional.ts'
import type { StoredResponse } from './stored-response.ts'
import type { VariantIndex } from './variant-index.ts'

export interface CacheRequest {
  readonly exchange: Exchange
  /** The primary key, partition included. */
  readonly key: string
  /** Whether it is answered from a cache that only its own user or tenant shares. */
  readonly isPartitioned: boolean
  /** It carries `Authorization`, which neither the partition nor the key covers. */
  readonly isAuthorized: boolean
  /** The same for `Cookie`, where cookies are guarded. */
  readonly hasGuardedCookie: boolean
  /** What the client asks of caches; undefined when it asks nothing, or nobody listens. */
  readonly directives: RequestDirectives | undefined
}

/** Why the handler runs, in the words of RFC 9211 §2.2. */
export type ForwardReason = 'uri-miss' | 'vary-miss' | 'stale' | 'request'

/** A stored response that does not answer by itself any more. */
export interface StaleResponse {
  /** Where it is stored. */
  readonly at: string
  readonly entry: CacheEntry
  readonly stored: StoredResponse
}

/** A request that nothing stored answers. */
export interface Miss {
  readonly request: CacheRequest
  readonly why: ForwardReason
  /** The stored response that this run replaces or validates. */
  readonly stale: StaleResponse | undefined
  /** What is known of the variants under this key. */
  readonly index: VariantIndex | undefined
  /** Whether nothing at all is stored under this key. */
  readonly isCold: boolean
}

/** The client's own conditions, which the handler is not to see when a whole response is wanted. */
const conditionNames = ['if-none-match', 'if-modified-since', 'range', 'if-range'] as const

/** Whether the handler may see another value of this field than the client sent. */
export function isWithheld(name: string): boolean {
  return conditionNames.some((condition) => condition === name)
}

const nothing: RequestFields = Object.freeze(Object.create(null) as RequestFields)

/** Changes the request that the handler sees, and undoes it. */
export class WithheldConditions {
  /** The client's conditions, as received. */
  readonly client: RequestFields
  readonly #fields: RequestFields
  #isRestored: boolean

  private constructor(fields: RequestFields, client: RequestFields, withholds: boolean) {
    this.#fields = fields
    this.client = client
    this.#isRestored = !withholds
  }

  /** The handler sees and answers them. */
  static none(fields: RequestFields): WithheldConditions {
    return new WithheldConditions(fields, nothing, false)
  }

  /** @param around who has withheld them already: what stands there since are not the client's. */
  static all(fields: RequestFields, around: WithheldConditions | undefined): WithheldConditions {
    if (around !== undefined && around.client !== nothing) {
      // Its validators are of what it knows to be stored: that may be gone by now.
      for (const name of conditionNames) delete fields[name]
      return new WithheldConditions(fields, around.client, true)
    }
    const client = Object.create(null) as RequestFields
    for (const name of conditionNames) {
      const value = fields[name]
      if (value === undefined) continue
      client[name] = value
      delete fields[name]
    }
    return new WithheldConditions(fields, client, true)
  }

  /** Adds the cache's own validators in place of what was withheld; false when there are none. */
  validate(validators: Validators): boolean {
    const { etag, lastModified } = validators
    if (etag !== undefined) this.#fields['if-none-match'] = etag
    if (lastModified !== undefined) this.#fields['if-modified-since'] = lastModified
    return etag !== undefined || lastModified !== undefined
  }

  restore(): void {
    if (this.#isRestored) return
    this.#isRestored = true
    for (const name of conditionNames) {
      const value = this.client[name]
      if (value === undefined) delete this.#fields[name]
      else this.#fields[name] = value
    }
  }
}
