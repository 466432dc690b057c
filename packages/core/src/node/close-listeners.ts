/** One `close` listener per emitter, however many of ours wait for it: Node warns of a leak from eleven on, pipelines add seven. */
import type { EventEmitter } from 'node:events'
import type { Undo } from '../ports/clock.ts'

type Listener = () => void

/** Mostly there is one who waits: more are kept apart. */
interface Waiting {
  one: Listener | undefined
  more: Set<Listener> | undefined
  readonly tell: Listener
}

const waiting = new WeakMap<EventEmitter, Waiting>()

/** Calls `closed` once, when `emitter` tells that it is closed; returns its own undo. */
export function onClose(emitter: EventEmitter, closed: Listener): Undo {
  const record = listen(emitter, closed)
  return () => {
    if (!forget(record, closed) || record.one !== undefined || (record.more?.size ?? 0) > 0) return
    emitter.off('close', record.tell)
    if (waiting.get(emitter) === record) waiting.delete(emitter)
  }
}

/**
 * The same for an emitter that lives for one request: when it is undone, Node's listener stays, and does nothing. To take it
 * away would cost more than all the rest.
 */
export function onLastClose(emitter: EventEmitter, closed: Listener): Undo {
  const record = listen(emitter, closed)
  return () => void forget(record, closed)
}

function listen(emitter: EventEmitter, closed: Listener): Waiting {
  const record = waiting.get(emitter) ?? beginWaiting(emitter)
  if (record.one === undefined) record.one = closed
  else (record.more ??= new Set()).add(closed)
  return record
}

/** Whether it was there. */
function forget(record: Waiting, closed: Listener): boolean {
  if (record.one !== closed) return record.more?.delete(closed) === true
  record.one = undefined
  return true
}

function beginWaiting(emitter: EventEmitter): Waiting {
  const tell = (): void => {
    emitter.off('close', tell)
    waiting.delete(emitter)
    begun.one?.()
    if (begun.more !== undefined) for (const listener of begun.more) listener()
  }
  const begun: Waiting = { one: undefined, more: undefined, tell }
  waiting.set(emitter, begun)
  emitter.on('close', tell)
  return begun
}
