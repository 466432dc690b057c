/** Invalidations that any service may publish: `backend.bus.publish('invalidate', …)`. */
import { showValue } from '../kit/forebay-error.ts'
import type { Undo } from '../ports/clock.ts'
import type { DataCore } from './data-core.ts'

export const invalidateTopic = 'invalidate'

/** What a message asks of the namespace that it names. */
export interface PublishedInvalidation {
  readonly namespace: string
  readonly tags: readonly string[]
  readonly keys: readonly string[]
  readonly all: boolean
}

/** A longer message is not even parsed, and more names than this are not looked at: whoever publishes is not trusted. */
const longestMessage = 1_048_576
const mostNames = 10_000

/** Hears the bus until the returned undo is called. Messages that make no sense are `error` events, and do nothing. */
export function hearInvalidations(
  core: DataCore,
  apply: (invalidation: PublishedInvalidation) => Promise<void>,
): Undo {
  const message = (text: string): void => {
    try {
      const invalidation = readInvalidation(text)
      if (invalidation.namespace !== core.namespace) return
      // A backend that fails is reported where it is asked.
      apply(invalidation).catch(() => undefined)
    } catch (error) {
      core.failed('bus', error)
    }
  }
  // What was missed cannot be known; entries keep their own end, and other nodes on this backend may have heard it.
  const gap = (): void => undefined
  try {
    return core.backend.bus.subscribe(invalidateTopic, { message, gap })
  } catch (error) {
    core.failed('bus', error)
    return () => undefined
  }
}

/** @throws TypeError for anything but a message as documented. */
function readInvalidation(text: unknown): PublishedInvalidation {
  if (typeof text !== 'string' || text.length > longestMessage) throw malformed('no text, or too long')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw malformed('no JSON')
  }
  if (typeof parsed !== 'object' || parsed === null) throw malformed('no object')
  const { namespace, tags = [], keys = [], all = false } = parsed as Record<string, unknown>
  if (typeof namespace !== 'string' || namespace === '') throw malformed('namespace', namespace)
  if (!areNames(tags)) throw malformed('tags', tags)
  if (!areNames(keys)) throw malformed('keys', keys)
  if (typeof all !== 'boolean') throw malformed('all', all)
  if (tags.length === 0 && keys.length === 0 && !all) throw malformed('neither tags nor keys nor all')
  return { namespace, tags, keys, all }
}

function areNames(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= mostNames &&
    value.every((name) => typeof name === 'string' && name !== '')
  )
}

function malformed(what: string, ...received: readonly [unknown?]): TypeError {
  const shown = received.length === 0 ? what : `${what}: ${showValue(received[0])}`
  return new TypeError(
    `a message on the bus is no invalidation (${shown}). Accepted: { "namespace": text, "tags": [text], "keys": [text], "all": true }`,
  )
}
