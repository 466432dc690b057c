/** The cache behind one or several mounts. */
import { isSoft, splitTags, type InvalidateOptions } from '../engine/invalidate-options.ts'
import type { Listener } from '../kit/emitter.ts'
import type { Undo } from '../ports/clock.ts'
import type { CacheEvents } from '../ports/events.ts'
import { CacheCore, type CacheCoreOptions } from './cache-core.ts'
import { CacheMount } from './cache-mount.ts'
import { explain } from './explain.ts'
import { everything, ofPrefix, ofRoute, ofTags, ofUrl, type Invalidation } from './invalidation.ts'
import type { Explanation, ExplainRequest, ResponseCache, ResponseCacheStats } from './response-cache.ts'
import { queryRuleOf, type CacheSettings } from './settings.ts'

export interface SharedCacheOptions extends CacheCoreOptions {
  /** Those of a mount that says nothing else; until there is a mount, `explain` goes by them. */
  readonly settings: CacheSettings
  /** Whether the backend was made for this cache, and ends with it. */
  readonly ownsBackend: boolean
}

export class SharedCache implements ResponseCache {
  readonly name: string
  readonly #core: CacheCore
  readonly #ownsBackend: boolean
  readonly #settings: CacheSettings
  readonly #mounts = new Set<CacheSettings>()
  #closing: Promise<void> | undefined

  constructor(options: SharedCacheOptions) {
    this.name = options.name
    this.#core = new CacheCore(options)
    this.#ownsBackend = options.ownsBackend
    this.#settings = options.settings
    const rule = queryRuleOf(options.settings)
    this.#core.queryRules.set(JSON.stringify(rule), rule)
  }

  /** For gates. */
  mount(settings: CacheSettings): CacheMount {
    this.#mounts.add(settings)
    return new CacheMount(this.#core, settings)
  }

  async invalidateTags(...args: string[] | [...string[], InvalidateOptions]): Promise<void> {
    const { tags, options } = splitTags(args)
    await this.#invalidate(ofTags(tags), isSoft('invalidateTags', options))
  }

  async invalidateRoute(route: string, options?: InvalidateOptions): Promise<void> {
    await this.#invalidate(ofRoute(route), isSoft('invalidateRoute', options))
  }

  async invalidateUrl(url: string, options?: InvalidateOptions): Promise<void> {
    await this.#invalidate(ofUrl(url, this.#core.queryRules.values()), isSoft('invalidateUrl', options))
  }

  async invalidatePrefix(prefix: string, options?: InvalidateOptions): Promise<void> {
    await this.#invalidate(ofPrefix(prefix), isSoft('invalidatePrefix', options))
  }

  async clear(options?: InvalidateOptions): Promise<void> {
    await this.#invalidate(everything, isSoft('clear', options))
  }

  stats(): ResponseCacheStats {
    const { counts, backend } = this.#core
    const { entries, bytes, evictions } = backend.entries.stats()
    const used = counts.hits + counts.stale
    const asked = used + counts.misses
    const state = this.#core.entries.state
    return { ...counts, entries, bytes, evictions, backend: state, hitRatio: asked === 0 ? 0 : used / asked }
  }

  on<Name extends keyof CacheEvents>(event: Name, listener: Listener<CacheEvents[Name]>): Undo {
    return this.#core.events.on(event, listener)
  }

  off<Name extends keyof CacheEvents>(event: Name, listener: Listener<CacheEvents[Name]>): void {
    this.#core.events.off(event, listener)
  }

  async explain(request: ExplainRequest): Promise<Explanation> {
    const mounts = this.#mounts.size === 0 ? [this.#settings] : this.#mounts
    return await explain(this.#core, mounts, request)
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
    this.#core.fleet?.close()
    await this.#core.refreshes.close()
    await this.#core.entries.close()
    if (this.#ownsBackend) await this.#core.backend.close()
  }

  async #invalidate({ marks, targets }: Invalidation, soft: boolean): Promise<void> {
    const core = this.#core
    if (!soft) core.purges++
    await core.entries.mark(marks, soft)
    if (core.events.hears('invalidated')) core.events.emit('invalidated', { name: core.name, targets, soft })
  }
}
