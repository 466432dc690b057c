/** When a response is over, and whether it was whole. */
import type { ServerResponse } from 'node:http'
import type { Departed } from '../ports/admission.ts'
import type { Undo } from '../ports/clock.ts'
import { onClose, onLastClose } from './close-listeners.ts'
import { awaitedConnection } from './awaited-connection.ts'

/** Calls `departed` once, when the response has left or its connection is gone. */
export function whenOver(res: ServerResponse, departed: Departed): void {
  if (isClosed(res)) {
    departed(undefined, false)
    return
  }
  // `close` alone would do, but on a kept-alive connection it may come a tick after the client asked again.
  const over = (): void => {
    res.off('finish', over)
    unclose()
    unawait?.()
    departed(res.headersSent ? res.statusCode : undefined, isWhole(res))
  }
  res.on('finish', over)
  const unclose = onLastClose(res, over)
  const awaited = awaitedConnection(res)
  const unawait = awaited && onClose(awaited, over)
}

/** Calls `aborted` once when the connection closes before the response is complete; returns its own undo. */
export function whenAborted(res: ServerResponse, aborted: () => void): Undo {
  let called = false
  const closed = (): void => {
    if (called || isWhole(res)) return
    called = true
    aborted()
  }
  if (isClosed(res)) queueMicrotask(closed)
  const unclose = onLastClose(res, closed)
  const awaited = awaitedConnection(res)
  const unawait = awaited && onClose(awaited, closed)
  return () => {
    called = true
    unclose()
    unawait?.()
  }
}

/** HTTP/2 says `finish` also of a stream that the client has reset; only there is a reset code. */
function isWhole(res: ServerResponse): boolean {
  if (!res.writableEnded || !res.writableFinished) return false
  const stream: unknown = (res as { readonly stream?: unknown }).stream
  return ((stream as { readonly rstCode?: number } | undefined)?.rstCode ?? 0) === 0
}

function isClosed(res: ServerResponse): boolean {
  return res.closed || res.destroyed || awaitedConnection(res)?.destroyed === true
}
