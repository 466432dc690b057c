/** Setting values that the app has at hand. */
import { isPromise } from '../kit/promise.ts'
import { badKey, badValue, isKey } from './arguments.ts'
import { entryRules } from './call-options.ts'
import type { EntryOptions } from './data-cache.ts'
import type { DataCore } from './data-core.ts'
import { tombstone } from './erasing.ts'
import { made, type Made } from './life.ts'
import type { Loads } from './loads.ts'
import { store } from './making.ts'

export interface SetCall {
  /** For messages: `set` or `setMany`. */
  readonly operation: string
  readonly pairs: readonly (readonly [key: string, value: unknown])[]
  readonly options: EntryOptions | undefined
  /** Carried beside the tags. */
  readonly label?: string | undefined
}

/** Whether all were stored. Rejects, and stores nothing, for keys, values and options that are not accepted. */
export async function setAll(core: DataCore, loads: Loads, call: SetCall): Promise<boolean> {
  const { operation, pairs, options } = call
  const asked = entryRules(core.settings.rules, options, operation)
  const rules = call.label === undefined ? asked : { ...asked, label: call.label }
  for (const [key, value] of pairs) {
    if (!isKey(key)) throw badKey(operation, key)
    if (value === undefined) throw badValue(operation)
  }
  const all = pairs.map(([key, value]) => ({
    key,
    making: made(core, { key, value, rules, isLoaded: false, madeInMs: 0 }),
  }))
  if (core.isClosed) return false
  // What is being loaded is older than what the app says now.
  for (const { key } of all) loads.outrun(key)
  const stamping = core.entries.stamp(core.settings.timeoutMs)
  const stamp = isPromise(stamping) ? await stamping : stamping
  const stored = await Promise.all(all.map(({ key, making }) => put(core, key, stamp, making)))
  return stored.every(Boolean)
}

/** What cannot be stored, as it has no life or is too large, must not leave an older value in its place. */
async function put(core: DataCore, key: string, stamp: number, making: Made): Promise<boolean> {
  if (await store(core, key, stamp, making)) return true
  if (core.entries.isSound) await core.entries.set(key, tombstone(core, stamp), core.settings.timeoutMs)
  return false
}
