/** The data cache on a backend. */
import { checkTags, isSoft, splitTags, type InvalidateOptions } from '../engine/invalidate-options.ts'
import { durationMs } from '../kit/duration.ts'
import type { Listener } from '../kit/emitter.ts'
import { checkOptions } from '../kit/option-check.ts'
import { isPromise } from '../kit/promise.ts'
import type { Backend } from '../ports/backend.ts'
import type { FoundEntry } from '../ports/cache-store.ts'
import type { Undo } from '../ports/clock.ts'
import type { Codec } from '../ports/codec.ts'
import type { DataCacheEvents } from '../ports/events.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { Answers, concernsFresh, noQuickAnswer } from './answers.ts'
import { badKey, badLoader, checkKeys, checkPairs, closed, isKey } from './arguments.ts'
import { hearInvalidations } from './bus-invalidation.ts'
import { loadRules, touchChecks } from './call-options.ts'
import type {
  DataCache,
  DataCacheStats,
  EntryOptions,
  Loaded,
  Loader,
  LoadOptions,
  Memoized,
  MemoizeOptions,
  TouchOptions,
} from './data-cache.ts'
import { DataCore, type DataCoreOptions } from './data-core.ts'
import { openInterior } from './interior.ts'
import { Invalidating } from './invalidating.ts'
import { Loads } from './loads.ts'
import type { AskedLoad } from './making.ts'
import { memoizedOn } from './memoize/memoized-on.ts'
import { setAll } from './setting.ts'
import { statsOf } from './stats-of.ts'

export interface BackendDataCacheOptions extends DataCoreOptions {
  /** Whether the backend was made for this cache, and ends with it. */
  readonly ownsBackend: boolean
}

export class BackendDataCache implements DataCache {
  readonly name: string
  readonly namespace: string
  readonly backend: Backend
  readonly codec: Codec
  readonly #core: DataCore
  readonly #loads = new Loads()
  readonly #answers: Answers
  readonly #invalidating: Invalidating
  readonly #ownsBackend: boolean
  #isHearing = false
  #unhear: Undo = () => undefined
  #closing: Promise<void> | undefined

  constructor(options: BackendDataCacheOptions) {
    this.name = options.name
    this.namespace = options.namespace
    this.backend = options.backend
    this.codec = options.codec
    this.#core = new DataCore(options)
    this.#answers = new Answers(this.#core, this.#loads)
    this.#invalidating = new Invalidating(this.#core, this.#loads)
    this.#ownsBackend = options.ownsBackend
    openInterior(this, {
      core: this.#core,
      invalidating: this.#invalidating,
      load: (call) => {
        const found = this.#find(call.key)
        if (!isPromise(found)) {
          const quick = this.#answers.quick(call.key, found, call.rules)
          if (quick !== noQuickAnswer) return quick
        }
        const own = { ...call, isOwn: this.#loads.isCalling(call.key) }
        if (!isPromise(found)) return this.#answers.loaded(own, found)
        return found.then((late) => this.#answers.loaded(own, late))
      },
      set: async (call) => {
        this.#isUsable()
        return await setAll(this.#core, this.#loads, call)
      },
    })
  }

  get(key: string): Promise<unknown> {
    const { loader } = this.#core.settings
    if (loader !== undefined) return this.getOrLoad(key, loader)
    if (!isKey(key)) return Promise.reject(badKey('get', key))
    const found = this.#find(key)
    if (isPromise(found)) return found.then((late) => this.#answers.fresh(key, late))
    const quick = this.#answers.quick(key, found, this.#core.settings.rules)
    return Promise.resolve(quick === noQuickAnswer ? this.#answers.fresh(key, found) : quick)
  }

  getOrLoad<R>(key: string, loader: Loader<R, unknown>, options?: LoadOptions): Promise<Loaded<unknown, R>> {
    if (!isKey(key)) return Promise.reject(badKey('getOrLoad', key))
    if (typeof loader !== 'function') return Promise.reject(badLoader(loader))
    const found = this.#find(key)
    if (!isPromise(found) && (options === undefined || !concernsFresh(options))) {
      const quick = this.#answers.quick(key, found, this.#core.settings.rules)
      if (quick !== noQuickAnswer) return Promise.resolve(quick as Loaded<unknown, R>)
    }
    return this.#load({ key, loader, options }, found) as Promise<Loaded<unknown, R>>
  }

  async getMany(keys: Iterable<string>): Promise<Map<string, unknown>> {
    const { loader, rules, timeoutMs } = this.#core.settings
    const asked = [...new Set(checkKeys('getMany', keys))]
    if (asked.length === 0) return new Map()
    const own = new Set(asked.filter((key) => this.#loads.isCalling(key)))
    const finding = this.#isUsable() ? this.#core.entries.getMany(asked, timeoutMs) : new Map()
    const found = isPromise(finding) ? await this.#core.timed(finding) : finding
    const values = await Promise.all(
      asked.map((key) =>
        loader === undefined
          ? this.#answers.fresh(key, found.get(key))
          : this.#answers.loaded({ key, loader, rules, isOwn: own.has(key) }, found.get(key)),
      ),
    )
    const there = new Map<string, unknown>()
    for (const [index, key] of asked.entries()) {
      if (values[index] !== undefined) there.set(key, values[index])
    }
    return there
  }

  async set(key: string, value: unknown, options?: EntryOptions): Promise<boolean> {
    this.#isUsable()
    return await setAll(this.#core, this.#loads, { operation: 'set', pairs: [[key, value]], options })
  }

  async setMany(
    entries: Iterable<readonly [key: string, value: unknown]>,
    options?: EntryOptions,
  ): Promise<boolean> {
    this.#isUsable()
    const pairs = checkPairs('setMany', entries)
    return await setAll(this.#core, this.#loads, { operation: 'setMany', pairs, options })
  }

  async has(key: string): Promise<boolean> {
    if (!isKey(key)) throw badKey('has', key)
    return this.#answers.isThere(await this.#find(key))
  }

  async delete(key: string): Promise<boolean> {
    this.#checkOpen('delete')
    if (!isKey(key)) throw badKey('delete', key)
    return await this.#invalidating.delete(key)
  }

  async expire(key: string): Promise<boolean> {
    this.#checkOpen('expire')
    if (!isKey(key)) throw badKey('expire', key)
    return await this.#invalidating.expire(key)
  }

  async touch(key: string, options: TouchOptions = {}): Promise<boolean> {
    if (!isKey(key)) throw badKey('touch', key)
    checkOptions('touch', options, touchChecks)
    const ttlMs = options.ttl === undefined ? undefined : durationMs(options.ttl, 'ttl')
    return await this.#answers.touch(key, await this.#find(key), ttlMs)
  }

  memoize<This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => MaybePromise<R>,
    options?: MemoizeOptions<Args>,
  ): Memoized<This, Args, R> {
    return memoizedOn(this, fn, options)
  }

  async invalidateTags(...args: string[] | [...string[], InvalidateOptions]): Promise<void> {
    this.#checkOpen('invalidateTags')
    const { tags, options } = splitTags(args)
    await this.#invalidating.tags(checkTags(tags), isSoft('invalidateTags', options))
  }

  async clear(options?: InvalidateOptions): Promise<void> {
    this.#checkOpen('clear')
    await this.#invalidating.all(isSoft('clear', options))
  }

  stats(): DataCacheStats {
    return statsOf(this.#core)
  }

  on<Name extends keyof DataCacheEvents>(event: Name, listener: Listener<DataCacheEvents[Name]>): Undo {
    return this.#core.events.on(event, listener)
  }

  off<Name extends keyof DataCacheEvents>(event: Name, listener: Listener<DataCacheEvents[Name]>): void {
    this.#core.events.off(event, listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    this.#core.isClosed = true
    this.#isHearing = false
    this.#unhear()
    this.#core.fleet?.close()
    await this.#loads.over(this.#core.clock)
    await this.#core.entries.close()
    if (this.#ownsBackend) await this.backend.close()
  }

  /** What the store has. A closed cache finds nothing. */
  #find(key: string): MaybePromise<FoundEntry | undefined> {
    if (!this.#isHearing && !this.#isUsable()) return undefined
    const found = this.#core.reads.get(key, this.#core.settings.timeoutMs)
    return isPromise(found) ? this.#core.timed(found) : found
  }

  /** Hears the bus from the first use on, not before: a backend is not to be connected to by a cache that nobody uses. */
  #isUsable(): boolean {
    if (this.#isHearing) return true
    if (this.#core.isClosed) return false
    this.#isHearing = true
    this.#unhear = hearInvalidations(this.#core, (published) => this.#invalidating.published(published))
    return true
  }

  #load({ key, loader, options }: AskedLoad, found: MaybePromise<FoundEntry | undefined>): Promise<unknown> {
    try {
      const rules = loadRules(this.#core.settings.rules, options)
      const call = { key, loader, rules, isOwn: this.#loads.isCalling(key) }
      if (isPromise(found)) return found.then((late) => this.#answers.loaded(call, late))
      return Promise.resolve(this.#answers.loaded(call, found))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #checkOpen(operation: string): void {
    if (!this.#isUsable()) throw closed(operation)
  }
}
