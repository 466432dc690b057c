/** The ways of one cache to what it has at its backend: its entries and, where others share the backend, the other nodes. */
import { guardOf } from '../guard/backend-guard.ts'
import type { BackendUser } from '../guard/outage.ts'
import { digest } from '../kit/digest.ts'
import type { Backend } from '../ports/backend.ts'
import type { CacheScope } from '../ports/cache-store.ts'
import { Fleet } from './fleet.ts'
import { GuardedEntries } from './guarded-entries.ts'
import { Passes } from './passes.ts'
import { SharedReads } from './shared-reads.ts'

export interface Ways {
  readonly entries: GuardedEntries
  /** `entries.get`, asked once for all who ask at the same moment where that takes a round trip. */
  readonly reads: Pick<GuardedEntries, 'get'>
  /** Keys of what cannot be shared: nobody waits there. */
  readonly passes: Passes
  /** The other nodes; undefined where nobody shares the backend. */
  readonly fleet: Fleet | undefined
}

/** Connects to nothing yet. */
export function waysTo(backend: Backend, scope: CacheScope, user: BackendUser): Ways {
  const entries = new GuardedEntries({ store: backend.entries, scope, guard: guardOf(backend), user })
  if (!backend.shared) {
    return { entries, reads: entries, passes: new Passes(backend.clock, asItIs), fleet: undefined }
  }
  const passes = new Passes(backend.clock, digest)
  const fleet = new Fleet({ backend, scope: scope.name, user, passes })
  return { entries, reads: new SharedReads(entries), passes, fleet }
}

/** Nobody else is told of a key that no other node has. */
function asItIs(key: string): string {
  return key
}
