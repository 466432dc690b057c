/** A load in a fleet: one node runs the loader, the others wait for what it stores. */
import { Turn, type Look } from '../engine/turn.ts'
import { digest } from '../kit/digest.ts'
import type { DataCore } from './data-core.ts'
import type { Fleet } from '../engine/fleet.ts'
import type { Load, Outcome } from './loads.ts'
import { make, type LoadCall } from './making.ts'
import type { StoredValue } from './stored-value.ts'
import { usable, type Usable } from './usable.ts'

/** The longest that other nodes wait for one that died. */
const leaseMs = 10_000

/**
 * Everything between a miss and its outcome; never rejects. One process runs it once per key at a time.
 * @param stale what is there, and is to be made anew.
 */
export function makeOnce(
  core: DataCore,
  load: Load,
  call: LoadCall,
  stale: Usable | undefined,
): Promise<Outcome> {
  const { fleet } = core
  if (fleet === undefined || !core.entries.isReadable) return make(core, load, call, stale?.stored)
  // Values that are not stored are nobody else's either.
  if (core.passes.has(call.key)) return make(core, load, call, stale?.stored)
  const turn = turnFor(core, fleet, { call, stale })
  load.turn = turn
  return takeTurn(core, load, { call, stale, turn })
}

interface Turning {
  readonly call: LoadCall
  readonly stale: Usable | undefined
  readonly turn: Turn<StoredValue>
}

async function takeTurn(core: DataCore, load: Load, { call, stale, turn }: Turning): Promise<Outcome> {
  try {
    const end = await turn.outcome
    if (end.type === 'found') {
      turn.ended('landed')
      core.counts.collapsed++
      return { type: 'loaded', stored: end.found }
    }
    // Another's value was not kept, or it failed: whoever wants it here is told by this node's own loader.
    if (end.type !== 'lead') turn.ended('alone')
    const outcome = await make(core, load, call, stale?.stored)
    turn.ended(load.word)
    return outcome
  } finally {
    turn.ended('free')
  }
}

function turnFor(
  core: DataCore,
  fleet: Fleet,
  { call, stale }: Pick<Turning, 'call' | 'stale'>,
): Turn<StoredValue> {
  const { timeoutMs } = core.settings
  const turn: Turn<StoredValue> = new Turn({
    fleet,
    key: digest(call.key),
    leaseMs,
    timeoutMs,
    waits: true,
    isCold: stale === undefined && call.isCold === true,
    look: async () => look(core, await core.entries.get(call.key, timeoutMs), stale),
    isPassed: () => core.passes.has(call.key),
    overdue: () => turn.ended('alone'),
  })
  return turn
}

function look(
  core: DataCore,
  found: Awaited<ReturnType<DataCore['entries']['get']>>,
  stale: Usable | undefined,
): Look<StoredValue> {
  if (!core.entries.isReadable) return { type: 'unreadable' }
  const use = usable(core, found, core.clock.now())
  if (use === undefined || (stale !== undefined && use.entry.stamp <= stale.entry.stamp)) {
    return { type: 'nothing' }
  }
  return use.isFresh ? { type: 'found', found: use.stored } : { type: 'alone' }
}
