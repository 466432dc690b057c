/** One `close` listener per emitter, however many of ours wait for it: Node warns of a leak from eleven on, pipelines add seven. */
import type { EventEmitter } from 'node:events'
import type { Undo } from '../ports/clock.ts'

interface Waiting {
  readonly listeners: Set<() => void>
  readonly tell: () => void
}

const waiting = new WeakMap<EventEmitter, Waiting>()

/** Calls `closed` once, when `emitter` tells that it is closed; returns its own undo. */
export function onClose(emitter: EventEmitter, closed: () => void): Undo {
  const { listeners, tell } = waiting.get(emitter) ?? beginWaiting(emitter)
  listeners.add(closed)
  return () => {
    if (!listeners.delete(closed) || listeners.size > 0) return
    emitter.off('close', tell)
    if (waiting.get(emitter)?.tell === tell) waiting.delete(emitter)
  }
}

function beginWaiting(emitter: EventEmitter): Waiting {
  const listeners = new Set<() => void>()
  const tell = (): void => {
    emitter.off('close', tell)
    waiting.delete(emitter)
    for (const listener of listeners) listener()
  }
  const begun = { listeners, tell }
  waiting.set(emitter, begun)
  emitter.on('close', tell)
  return begun
}
