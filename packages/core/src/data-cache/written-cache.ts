/** What writing past the loader does to a cache. The cache is an accelerator: nothing here rejects because of it. */
import { isDeepStrictEqual } from 'node:util'
import { isPromise } from '../kit/promise.ts'
import { entryRules } from './call-options.ts'
import type { DataCache, EntryOptions } from './data-cache.ts'
import { tombstone } from './erasing.ts'
import type { Interior } from './interior.ts'
import { usable } from './usable.ts'

export interface WrittenCacheParts<T> {
  readonly cache: DataCache<T>
  readonly interior: Interior
}

export class WrittenCache<T> {
  readonly #cache: DataCache<T>
  readonly #interior: Interior

  constructor({ cache, interior }: WrittenCacheParts<T>) {
    this.#cache = cache
    this.#interior = interior
  }

  /**
   * The value as it is now: what the caller does with it afterwards does not change it.
   * @throws ForebayError for what the codec cannot hold, and for options that are unknown or malformed.
   */
  ownCopy(value: T, options: EntryOptions<T> | undefined): T {
    const { form, settings } = this.#interior.core
    entryRules(settings.rules, options, 'write')
    return form.hand(form.keep(value).kept) as T
  }

  /** The cache holds this value from now on, or none. `label` is for `reconcile` to recognise it by. */
  async put(key: string, value: T, options: EntryOptions<T> | undefined, label?: string): Promise<void> {
    try {
      const call = {
        operation: 'set',
        pairs: [[key, value]] as const,
        options: options as EntryOptions,
        label,
      }
      if (await this.#interior.set(call)) return
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
    isNewer: (key: string, labels: readonly string[]) => boolean,
  ): Promise<void> {
    const { core } = this.#interior
    const { timeoutMs } = core.settings
    // Taken now: what was loaded before is outrun, and what is written from now on outruns it.
    const stamping = core.entries.stamp(timeoutMs)
    const stamp = isPromise(stamping) ? await stamping : stamping
    await Promise.all(
      entries.map(async ([key, value]) => {
        const asked = core.entries.get(key, timeoutMs)
        const use = usable(core, isPromise(asked) ? await asked : asked, core.clock.now())
        if (use === undefined || this.#holds(use.stored.kept, value)) return
        if (!isNewer(key, use.entry.labels)) await core.entries.set(key, tombstone(core, stamp), timeoutMs)
      }),
    )
  }

  #holds(kept: unknown, value: T): boolean {
    try {
      return isDeepStrictEqual(this.#interior.core.form.hand(kept), value)
    } catch {
      // What cannot be read is not it.
      return false
    }
  }
}
