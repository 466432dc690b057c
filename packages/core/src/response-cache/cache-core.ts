/** What every mount of one cache shares. */
import { debuglog, type DebugLogger } from 'node:util'
import { backendEvents } from '../guard/backend-events.ts'
import type { BackendUser } from '../guard/outage.ts'
import { BoundedMap } from '../kit/bounded-map.ts'
import { Emitter, type Topic } from '../kit/emitter.ts'
import { OnceLog } from '../kit/once-log.ts'
import type { Backend } from '../ports/backend.ts'
import type { CacheScope } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { CacheEvents } from '../ports/events.ts'
import type { Logger } from '../ports/logger.ts'
import { BackgroundRefreshes } from './background-refresh.ts'
import type { Miss } from './cache-request.ts'
import { eventNames } from '../guard/event-names.ts'
import type { Fleet } from '../engine/fleet.ts'
import { Flights } from '../engine/flights.ts'
import type { GuardedEntries } from '../engine/guarded-entries.ts'
import type { Passes } from '../engine/passes.ts'
import { waysTo } from '../engine/ways.ts'
import type { Landed } from './landed.ts'
import type { QueryRule } from './primary-key.ts'
import type { Verdict } from './response-cache.ts'
import { responseCodec } from './response-codec.ts'
import type { UserFunctionError } from './user-function.ts'
import type { Reason } from './reasons.ts'

export interface CacheCoreOptions {
  readonly name: string
  readonly backend: Backend
  readonly logger: Logger
}

/** Counted in place; read by `stats()`. */
export interface CacheCounts {
  hits: number
  misses: number
  stale: number
  stored: number
  refused: number
  collapsed: number
  refreshes: number
}

/** What became of the last response to a key. */
export interface LastResponse extends Verdict {
  readonly stored: boolean
}

export interface ServedOrigin {
  readonly scheme: string
  readonly host: string
}

/** How many keys and routes are remembered beside the entries themselves. */
const remembered = 2_048

const rememberedOrigins = 8

export class CacheCore {
  readonly name: string
  readonly backend: Backend
  readonly clock: Clock
  readonly entries: GuardedEntries
  /** For many that ask at once; the entries themselves where they answer at once. */
  readonly reads: Pick<GuardedEntries, 'get'>
  readonly events: Emitter<CacheEvents>
  /** Those of them that every request is one of. */
  readonly uses: { readonly [Use in 'hit' | 'miss' | 'stale']: Topic<CacheEvents[Use]> }
  readonly flights: Flights<Landed> = new Flights()
  /** Flights whose responses cannot be shared. */
  readonly passes: Passes
  /** The other nodes; undefined where nobody shares the backend. */
  readonly fleet: Fleet | undefined
  readonly refreshes: BackgroundRefreshes<Miss>
  /** How the mounts of this cache read queries, each way once. */
  readonly queryRules: Map<string, QueryRule> = new Map<string, QueryRule>()
  /** What became of the last response to a key: stored, or why not. */
  readonly lastResponses: BoundedMap<string, Reason> = new BoundedMap(remembered)
  /** The origins of the latest responses: where a path is meant that comes without one. */
  readonly latestOrigins: BoundedMap<string, ServedOrigin> = new BoundedMap(rememberedOrigins)
  readonly counts: CacheCounts = {
    hits: 0,
    misses: 0,
    stale: 0,
    stored: 0,
    refused: 0,
    collapsed: 0,
    refreshes: 0,
  }
  /** How many hard invalidations this process made: a change means that what was looked up before may be gone. */
  purges = 0
  isClosed = false
  readonly log: OnceLog
  readonly #debug: DebugLogger = debuglog('forebay')

  constructor(options: CacheCoreOptions) {
    this.name = options.name
    this.backend = options.backend
    this.clock = options.backend.clock
    this.log = new OnceLog(`response cache ${options.name}`, options.logger, "listen to 'error'")
    this.events = new Emitter<CacheEvents>('forebay', eventNames, (event, error) =>
      this.log.listenerFailed(event, error),
    )
    this.uses = {
      hit: this.events.topic('hit'),
      miss: this.events.topic('miss'),
      stale: this.events.topic('stale'),
    }
    const user: BackendUser = {
      who: `response cache ${options.name}`,
      logger: options.logger,
      ...backendEvents(options.name, this.events),
    }
    const scope: CacheScope = {
      name: `response:${options.name}`,
      codec: responseCodec,
      undecodable: (error) => this.ownFailure('decode', error),
    }
    const ways = waysTo(options.backend, scope, user)
    this.entries = ways.entries
    this.reads = ways.reads
    this.passes = ways.passes
    this.fleet = ways.fleet
    this.refreshes = new BackgroundRefreshes({
      clock: this.clock,
      failed: (error) => this.ownFailure('refresh', error),
    })
  }

  /** Something failed that is not the app's doing, or that nobody else could report. */
  ownFailure(operation: string, error: unknown): void {
    this.events.emit('error', { name: this.name, operation, error })
    this.log.warn(`own:${operation}`, `${operation} failed`, error)
  }

  /** A user's function threw or returned nonsense. */
  userFunctionFailed({ operation, cause: error }: UserFunctionError): void {
    this.events.emit('error', { name: this.name, operation, error })
    this.log.warn(`option:${operation}`, `option ${operation} failed; such requests bypass the cache`, error)
  }

  /** For `NODE_DEBUG=forebay`. Never given keys, URLs or field values. */
  debug(words: string, route: string, code: string): void {
    if (this.#debug.enabled) this.#debug('%s: %s: %s: %s', this.name, words, route, code)
  }
}
