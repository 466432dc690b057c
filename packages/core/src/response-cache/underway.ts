/** The runs that a request is in the middle of: one per cache mount that it has passed on its way to the handler. */
import type { Exchange } from '../ports/exchange.ts'
import type { RequestFields } from '../ports/http.ts'
import type { CacheCore } from './cache-core.ts'
import type { Run } from './run.ts'

/** By what every mount on the way sees as one and the same object. */
const innermost = new WeakMap<RequestFields, Run>()

/** The innermost run that this request is in the middle of. */
export function runAround({ requestFields }: Exchange): Run | undefined {
  return innermost.get(requestFields)
}

export function noteUnderway(run: Run): void {
  innermost.set(run.request.exchange.requestFields, run)
}

/**
 * The request is not in the middle of `run` any more. A weak map would let go of it by itself, but late: until the next full
 * collection of garbage every run keeps its request and its response, and each of the small collections has to copy them.
 */
export function noteOver(run: Run): void {
  run.isOver = true
  const { requestFields } = run.request.exchange
  let current = innermost.get(requestFields)
  while (current?.isOver === true) current = current.around
  if (current === undefined) innermost.delete(requestFields)
  else innermost.set(requestFields, current)
}

/** Whether another cache of the same name is in the middle of the same: it holds the lease, and waits for this request. */
export function isWithinOwnLease(core: CacheCore, exchange: Exchange, key: string): boolean {
  let run = runAround(exchange)
  while (run !== undefined && !(isSameInFleet(run.mount.core, core) && run.request.key === key))
    run = run.around
  return run !== undefined
}

function isSameInFleet(one: CacheCore, other: CacheCore): boolean {
  return one.backend === other.backend && one.name === other.name
}

/** The run for the same key of the same cache that this request is in the middle of: nobody may wait for that one. */
export function sameRunAround(core: CacheCore, exchange: Exchange, key: string): Run | undefined {
  let run = runAround(exchange)
  while (run !== undefined && (run.mount.core !== core || run.request.key !== key)) run = run.around
  return run
}
