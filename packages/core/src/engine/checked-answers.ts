/** Whether what a store answers is what it should be. */
import { Slot } from '../cache/slot.ts'
import type { FoundEntry } from '../ports/cache-store.ts'

/** Stands for a stamp that the store did not give: older than everything, so that nothing is stored under it. */
export const noStamp: number = -1

/** @throws TypeError for what is no entry. */
export function checked(found: unknown): FoundEntry | undefined {
  // What this process keeps itself is no lie.
  if (found === undefined || found instanceof Slot || isFoundEntry(found)) return found
  throw new TypeError('the store answered with something that is no entry')
}

/** A lie about one of them says nothing of the others. @throws TypeError for what is no map. */
export function allChecked(found: unknown): ReadonlyMap<string, FoundEntry> {
  if (!(found instanceof Map)) throw new TypeError('the store answered with something that is no map')
  const entries = new Map<string, FoundEntry>()
  for (const [key, one] of found) if (typeof key === 'string' && isFoundEntry(one)) entries.set(key, one)
  return entries
}

export function checkedStamp(stamp: unknown): number {
  return typeof stamp === 'number' && Number.isFinite(stamp) ? stamp : noStamp
}

export function isTrue(answer: unknown): boolean {
  return answer === true
}

function isFoundEntry(found: unknown): found is FoundEntry {
  if (typeof found !== 'object' || found === null) return false
  const { entry, softened } = found as Partial<FoundEntry>
  return (
    typeof softened === 'boolean' &&
    typeof entry === 'object' &&
    entry !== null &&
    Number.isFinite(entry.stamp) &&
    Number.isFinite(entry.staleAt) &&
    Number.isFinite(entry.deleteAt)
  )
}
