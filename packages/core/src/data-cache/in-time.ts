/** A function of the app, held to its time: it may throw, hang or answer nonsense. */
import { asError } from '../kit/as-error.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import type { Clock } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** Given up by whoever waits: nothing is heard of it any more. */
export interface TimedCall {
  readonly what: string
  readonly clock: Clock
  readonly timeoutMs: number
  readonly lost?: AbortSignal | undefined
}

/** Rejects with what the function throws or rejects with, after `timeoutMs`, and when it is `lost`. */
export function inTime(
  { what, clock, timeoutMs, lost }: TimedCall,
  call: (signal: AbortSignal) => MaybePromise<unknown>,
): Promise<void> {
  const timeout = new AbortController()
  const signal = lost === undefined ? timeout.signal : AbortSignal.any([timeout.signal, lost])
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(asError(signal.reason))
    const cancel = clock.schedule(timeoutMs, () => {
      timeout.abort(new ForebayError('FOREBAY_TIMEOUT', `${what} took longer than ${timeoutMs} ms.`))
    })
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    const end = (settle: () => void) => (): void => {
      cancel()
      signal.removeEventListener('abort', giveUp)
      settle()
    }
    const run = async (): Promise<void> => {
      if (!signal.aborted) await call(signal)
    }
    void run().then(end(resolve), (error: unknown) => end(() => reject(asError(error)))())
  })
}
