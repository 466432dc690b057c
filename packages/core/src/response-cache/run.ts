/** One run of the handler: what its recorder has to know. */
import type { HeaderFields, RequestFields } from '../ports/http.ts'
import type { Miss, WithheldConditions } from './cache-request.ts'
import type { Refresh } from './background-refresh.ts'
import type { Flight } from '../engine/flights.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'

export interface ResponseHead {
  readonly status: number
  readonly fields: HeaderFields
  /** The fields among them that are not the handler's. */
  readonly outside: HeaderFields
}

export interface Run extends Miss {
  readonly mount: Mount
  readonly flightKey: string
  /** Method and pattern: of the mount, until the response begins and tells whose it is. */
  route: string
  /** Those who wait for this run; undefined when nobody may. */
  readonly flight: Flight<Landed> | undefined
  /** Taken before the handler runs. */
  readonly stamp: number
  /** `core.purges` then. */
  readonly purges: number
  readonly startedAt: number
  /** The response fields that stood before the handler ran. */
  readonly outside: HeaderFields
  /** The request's fields as they came: what the next request can be held against. */
  readonly asked: RequestFields
  readonly conditions: WithheldConditions
  /** Whether the stale response's validators were added to the request. */
  readonly validates: boolean
  /** The background refresh that this run serves. */
  readonly refresh: Refresh<Miss> | undefined
  /** The run further outside that the request was in the middle of when this one began. */
  readonly around: Run | undefined
  /** Whether a mount of the same cache further inside runs for the same key: then everything is that one's business. */
  isWrapped: boolean
  /** Whether nothing more of it is recorded. */
  isOver: boolean
}
