/** A whole response as it is stored: ready to be sent, and never changed. */
import type { CacheOutcome, FieldLine, FieldValue } from '../ports/http.ts'
import type { Validators } from './conditional.ts'

/** What the response itself says of those who may share it, by what their requests carry. */
export interface ForEveryone {
  readonly authorization: boolean
  readonly cookie: boolean
}

export interface StoredResponseParts {
  readonly status: number
  /** Method and pattern of the route that produced it. */
  readonly route: string
  /** The handler's part, in lower case, `content-length` included where one belongs. */
  readonly fields: readonly FieldLine[]
  readonly body: Uint8Array
  readonly validators: Validators
  /** The instant at which its age was zero. */
  readonly bornAt: number
  /** How long the handler took. */
  readonly madeInMs: number
  /** How long after `staleAt` it may be used while it is refreshed; 0 where that is forbidden. */
  readonly staleWhileRevalidateMs: number
  /** How long after `staleAt` it may be used when the handler fails; 0 where that is forbidden. */
  readonly staleIfErrorMs: number
  /** Whether every use needs a validation (`no-cache`), or a stale one does (`must-revalidate`), whatever a client accepts. */
  readonly mustValidate: 'always' | 'when-stale' | 'never'
  /** Whether it may answer requests with credentials that nothing else keeps apart. */
  readonly forEveryone: ForEveryone
}

/** The whole of a stored response made ready to leave, good as long as `Age` and the remaining lifetime read the same. */
export interface ReadyAnswer {
  readonly name: string | undefined
  readonly from: number
  readonly until: number
  readonly outcome: CacheOutcome
}

export class StoredResponse {
  readonly status: number
  readonly route: string
  readonly fields: readonly FieldLine[]
  readonly body: Uint8Array
  readonly validators: Validators
  readonly bornAt: number
  readonly madeInMs: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly mustValidate: 'always' | 'when-stale' | 'never'
  readonly forEveryone: ForEveryone
  /** Whether cookies are among its fields: they join those that stand outside instead of replacing them. */
  readonly setsCookie: boolean
  /** What caches behind the handler said of it: ours joins that. */
  readonly cacheStatus: FieldValue | undefined
  /** Made by the first hit of each second. */
  readyHit: ReadyAnswer | undefined

  constructor(parts: StoredResponseParts) {
    this.status = parts.status
    this.route = parts.route
    this.fields = parts.fields
    this.body = parts.body
    this.validators = parts.validators
    this.bornAt = parts.bornAt
    this.madeInMs = parts.madeInMs
    this.staleWhileRevalidateMs = parts.staleWhileRevalidateMs
    this.staleIfErrorMs = parts.staleIfErrorMs
    this.mustValidate = parts.mustValidate
    this.forEveryone = parts.forEveryone
    this.setsCookie = parts.fields.some(([name]) => name === 'set-cookie')
    this.cacheStatus = parts.fields.find(([name]) => name === 'cache-status')?.[1]
    this.readyHit = undefined
  }
}

/** The objects around body and fields, the ready hit included. */
const bytesAround = 900

/** For the bound on memory. */
export function bytesOf(response: StoredResponseParts): number {
  let bytes = bytesAround + response.body.byteLength
  for (const [name, value] of response.fields) {
    bytes += 60 + name.length
    if (typeof value === 'string') bytes += value.length
    else for (const line of value) bytes += 24 + line.length
  }
  return bytes
}
