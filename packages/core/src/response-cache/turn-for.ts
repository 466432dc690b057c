/** A flight's turn among the nodes of a fleet, and what the store says to those who wait. */
import { isPromise } from '../kit/promise.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { digest } from '../kit/digest.ts'
import { Turn, type Look, type TurnOptions } from '../engine/turn.ts'
import type { CacheRequest, Miss } from './cache-request.ts'
import { flightKeyOf } from './flight-key.ts'
import { judgeUse, mayShare } from './judge-use.ts'
import type { Landed } from './landed.ts'
import type { Mount } from './mount.ts'
import { isSelected, selectAnew, type Selected } from './selection.ts'
import { landedStored } from './stand-in.ts'
import { isWithinOwnLease } from './underway.ts'

/** Undefined where there is no other node, or the backend does not answer: then nobody is asked. */
export function turnFor(
  { core, settings }: Mount,
  request: CacheRequest,
  options: Pick<TurnOptions<Landed>, 'key' | 'waits' | 'isCold' | 'look'>,
): Turn<Landed> | undefined {
  const { fleet, entries, flights, passes } = core
  if (fleet === undefined || !entries.isReadable) return undefined
  if (isWithinOwnLease(core, request.exchange, request.key)) return undefined
  const { key } = options
  const turn: Turn<Landed> = new Turn({
    ...options,
    fleet,
    // Other nodes hear it: it is short, and tells nobody what was asked for.
    key: digest(key),
    leaseMs: settings.leaseMs,
    timeoutMs: settings.timeoutMs,
    isPassed: () => passes.has(key),
    overdue: () => {
      // Nobody waits for the next one either, until something is stored.
      passes.add(key)
      const flight = flights.get(key)
      if (flight?.turn === turn) flight.release()
    },
  })
  return turn
}

/** For a miss. */
export function lookAgain(mount: Mount, miss: Miss, key: string): MaybePromise<Look<Landed>> {
  const judge = (selection: Selected | Miss): Look<Landed> => {
    if (!mount.core.entries.isReadable) return { type: 'unreadable' }
    if (!isSelected(selection)) {
      // What is known of the variants now tells better for whom to wait.
      return { type: flightKeyOf(selection) === key ? 'nothing' : 'again' }
    }
    const { request, found, stored } = selection
    const { entry, softened } = found
    if (!mayShare(request, stored)) return { type: 'nothing' }
    const use = { entry, stored, now: mount.core.clock.now() }
    if (judgeUse(use, request, softened).reason === 'fresh') return foundIn(selection)
    // Made since, and still of no use to this request: the next one would not be either.
    return { type: entry.stamp > (miss.stale?.entry.stamp ?? -Infinity) ? 'alone' : 'nothing' }
  }
  const selection = selectAnew(mount, miss.request)
  return isPromise(selection) ? selection.then(judge) : judge(selection)
}

/** For a refresh: whether another node has been faster. */
export function lookForNewer(mount: Mount, subject: Miss): MaybePromise<Look<Landed>> {
  const judge = (selection: Selected | Miss): Look<Landed> => {
    if (!mount.core.entries.isReadable) return { type: 'unreadable' }
    const known = subject.stale?.entry.stamp ?? Infinity
    return isSelected(selection) && selection.found.entry.stamp > known
      ? foundIn(selection)
      : { type: 'nothing' }
  }
  const selection = selectAnew(mount, subject.request)
  return isPromise(selection) ? selection.then(judge) : judge(selection)
}

function foundIn(selection: Selected): Look<Landed> {
  const { at, stored, found } = selection
  return { type: 'found', found: landedStored(selection, { at, stored, entry: found.entry }) }
}
