/** What writing past the loader does to a cache. The cache is an accelerator: nothing here rejects because of it. */
import { isDeepStrictEqual } from 'node:util'
import { isPromise } from '../kit/promise.ts'
import { entryRules } from './call-options.ts'
import type { DataCache, EntryOptions } from './data-cache.ts'
import type { DataCore } from './data-core.ts'
import { usable } from './usable.ts'

export interface WrittenCacheParts<T> {
  readonly cache: DataCache<T>
  readonly core: DataCore
}

export class WrittenCache<T> {
  readonly #cache: DataCache<T>
  readonly #core: DataCore

  constructor({ cache, core }: WrittenCacheParts<T>) {
    this.#cache = cache
    this.#core = core
  }

  /**
   * The value as it is now: what the caller does with it afterwards does not change it.
   * @throws ForebayError for what the codec cannot hold, and for options that are unknown or malformed.
   */
  ownCopy(value: T, options: EntryOptions<T> | undefined): T {
    const { form, settings } = this.#core
    entryRules(settings.rules, options, 'write')
    return form.hand(form.keep(value).kept) as T
  }

  /** The cache holds this value from now on, or none. */
  async put(key: string, value: T, options: EntryOptions<T> | undefined): Promise<void> {
    try {
      if (await this.#cache.set(key, value, options)) return
    } catch {
      // Told to whoever listens to the cache.
    }
    await this.forget(key)
  }

  /** The cache holds no value from now on. */
  async forget(key: string): Promise<void> {
    try {
      await this.#cache.delete(key)
    } catch {
      // Told to whoever listens to the cache, and made up for when the backend is back.
    }
  }

  /** Drops what the cache holds under these keys other than the value given, but for what `isNewer` says is newer. */
  async reconcile(
    entries: readonly (readonly [key: string, value: T])[],
    isNewer: (key: string) => boolean,
  ): Promise<void> {
    await Promise.all(
      entries.map(async ([key, value]) => {
        const asked = this.#core.entries.get(key, this.#core.settings.timeoutMs)
        const found = isPromise(asked) ? await asked : asked
        const use = usable(this.#core, found, this.#core.clock.now())
        if (use !== undefined && !this.#holds(use.stored.kept, value) && !isNewer(key)) await this.forget(key)
      }),
    )
  }

  #holds(kept: unknown, value: T): boolean {
    try {
      return isDeepStrictEqual(this.#core.form.hand(kept), value)
    } catch {
      // What cannot be read is not it.
      return false
    }
  }
}
