/** What invalidates in a data cache: one key, tags, or everything. */
import type { Mark } from '../ports/cache-store.ts'
import type { PublishedInvalidation } from './bus-invalidation.ts'
import type { DataCore } from './data-core.ts'
import { deleteKey, expireKey } from './erasing.ts'
import type { Loads } from './loads.ts'

/** Each method rejects when the backend did not confirm it. */
export class Invalidating {
  readonly #core: DataCore
  readonly #loads: Loads

  constructor(core: DataCore, loads: Loads) {
    this.#core = core
    this.#loads = loads
  }

  async delete(key: string): Promise<boolean> {
    this.#loads.outrun(key)
    const had = await deleteKey(this.#core, key)
    if (had) this.#core.counts.deletes++
    this.#core.noteInvalidated([`key ${key}`], false)
    return had
  }

  async expire(key: string): Promise<boolean> {
    this.#loads.outrun(key)
    const had = await expireKey(this.#core, key)
    this.#core.noteInvalidated([`key ${key}`], true)
    return had
  }

  async tags(tags: readonly string[], soft: boolean): Promise<void> {
    const marks = tags.map((label): Mark => ({ type: 'label', label }))
    await this.#mark(marks, soft)
    this.#core.noteInvalidated(
      tags.map((tag) => `tag ${tag}`),
      soft,
    )
  }

  async all(soft: boolean): Promise<void> {
    await this.#mark([{ type: 'all' }], soft)
    this.#core.noteInvalidated(['all'], soft)
  }

  async published({ tags, keys, all }: PublishedInvalidation): Promise<void> {
    if (all) return this.all(false)
    // Together: what of it the backend does not confirm must not keep the rest from being tried.
    await Promise.all([
      ...(tags.length > 0 ? [this.tags(tags, false)] : []),
      ...keys.map((key) => this.delete(key)),
    ])
  }

  async #mark(marks: readonly Mark[], soft: boolean): Promise<void> {
    // Nobody knows yet what tags they will carry: whoever asks from now on loads anew.
    this.#loads.part()
    await this.#core.entries.mark(marks, soft)
  }
}
