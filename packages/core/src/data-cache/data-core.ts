/** What every part of one data cache shares. */
import { eventNames } from '../guard/event-names.ts'
import type { Fleet } from '../engine/fleet.ts'
import type { GuardedEntries } from '../engine/guarded-entries.ts'
import type { Passes } from '../engine/passes.ts'
import { waysTo } from '../engine/ways.ts'
import { backendEvents } from '../guard/backend-events.ts'
import type { BackendUser } from '../guard/outage.ts'
import { Emitter, type Topic } from '../kit/emitter.ts'
import { HotKeys } from '../kit/hot-keys.ts'
import { Latencies } from '../kit/latencies.ts'
import type { Backend } from '../ports/backend.ts'
import type { CacheScope } from '../ports/cache-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Codec } from '../ports/codec.ts'
import type { DataCacheEvents, DataRefusedEvent, DataUseEvent } from '../ports/events.ts'
import type { Logger } from '../ports/logger.ts'
import { OnceLog } from '../kit/once-log.ts'
import { keptForm, type KeptForm } from './kept-form.ts'
import type { DataCacheSettings } from './settings.ts'
import { storedValueCodec } from './stored-value.ts'

export interface DataCoreOptions {
  readonly name: string
  readonly namespace: string
  readonly backend: Backend
  readonly codec: Codec
  readonly logger: Logger
  readonly settings: DataCacheSettings
}

/** Counted in place; read by `stats()`. */
export interface DataCounts {
  hits: number
  misses: number
  stale: number
  errors: number
  sets: number
  deletes: number
  loads: number
  collapsed: number
  refreshes: number
}

export class DataCore {
  readonly name: string
  readonly namespace: string
  readonly backend: Backend
  readonly codec: Codec
  readonly clock: Clock
  readonly settings: DataCacheSettings
  readonly form: KeptForm
  readonly entries: GuardedEntries
  /** For many that ask at once; the entries themselves where they answer at once. */
  readonly reads: Pick<GuardedEntries, 'get'>
  /** Keys whose values are not stored. */
  readonly passes: Passes
  /** The other nodes; undefined where nobody shares the backend. */
  readonly fleet: Fleet | undefined
  readonly events: Emitter<DataCacheEvents>
  readonly hit: Topic<DataUseEvent>
  readonly miss: Topic<DataUseEvent>
  readonly stale: Topic<DataUseEvent>
  readonly hotKeys: HotKeys
  readonly backendLatencies: Latencies = new Latencies()
  readonly loaderLatencies: Latencies = new Latencies()
  readonly counts: DataCounts = {
    hits: 0,
    misses: 0,
    stale: 0,
    errors: 0,
    sets: 0,
    deletes: 0,
    loads: 0,
    collapsed: 0,
    refreshes: 0,
  }
  readonly log: OnceLog
  isClosed = false

  constructor(options: DataCoreOptions) {
    this.name = options.name
    this.namespace = options.namespace
    this.backend = options.backend
    this.codec = options.codec
    this.clock = options.backend.clock
    this.settings = options.settings
    this.form = keptForm(options.codec, options.settings.freeze)
    this.log = new OnceLog(`data cache ${options.name}`, options.logger, "listen to 'error'")
    this.events = new Emitter<DataCacheEvents>('forebay', eventNames, (event, error) =>
      this.#listenerFailed(event, error),
    )
    this.hit = this.events.topic('hit')
    this.miss = this.events.topic('miss')
    this.stale = this.events.topic('stale')
    this.hotKeys = new HotKeys(options.settings.random)
    const user: BackendUser = {
      who: `data cache ${options.name}`,
      logger: options.logger,
      ...backendEvents(options.name, this.events),
    }
    const scope: CacheScope = {
      name: `data:${options.namespace}`,
      codec: storedValueCodec(options.codec, this.form, options.settings.version),
      undecodable: (error) => this.failed('decode', error),
    }
    const ways = waysTo(options.backend, scope, user)
    this.entries = ways.entries
    this.reads = ways.reads
    this.passes = ways.passes
    this.fleet = ways.fleet
  }

  /** Something that the app gave, stored or published is not as it should be. */
  failed(operation: string, error: unknown): void {
    this.counts.errors++
    this.events.emit('error', { name: this.name, operation, error })
    this.log.warn(operation, `${operation} failed`, error)
  }

  /** A loader threw: whoever waits is told, so the log need not be. */
  loaderFailed(error: unknown): void {
    this.counts.errors++
    this.events.emit('error', { name: this.name, operation: 'loader', error })
  }

  /** The answer of the backend, timed. */
  async timed<T>(answer: Promise<T>): Promise<T> {
    const startedAt = this.clock.now()
    const settled = await answer
    this.backendLatencies.add(this.clock.now() - startedAt)
    return settled
  }

  noteHit(key: string): void {
    this.counts.hits++
    this.hotKeys.use(key)
    if (this.hit.isHeard) this.hit.emit({ name: this.name, key })
  }

  noteMiss(key: string): void {
    this.counts.misses++
    this.hotKeys.use(key)
    if (this.miss.isHeard) this.miss.emit({ name: this.name, key })
  }

  noteStale(key: string): void {
    this.counts.stale++
    this.hotKeys.use(key)
    if (this.stale.isHeard) this.stale.emit({ name: this.name, key })
  }

  noteRefused(key: string, reason: DataRefusedEvent['reason']): void {
    if (this.events.hears('refused')) this.events.emit('refused', { name: this.name, key, reason })
  }

  noteInvalidated(targets: readonly string[], soft: boolean): void {
    if (this.events.hears('invalidated')) this.events.emit('invalidated', { name: this.name, targets, soft })
  }

  /** Tells whether a loaded value is one for the other nodes, too. */
  noteShared(key: string, isStored: boolean): void {
    if (this.fleet === undefined) return
    if (isStored) this.passes.delete(key)
    else this.passes.add(key)
  }

  #listenerFailed(event: string, error: unknown): void {
    this.counts.errors++
    this.log.listenerFailed(event, error)
  }
}
