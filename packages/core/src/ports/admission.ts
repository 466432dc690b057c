/** What a rate limiter or a concurrency limiter decided for one request, and what the adapter does about it. */
import type { HttpResponse } from './http.ts'
import type { Decision } from './rate-limit-store.ts'

/**
 * Response fields (`Retry-After` included) are set on the exchange by the gate already; the adapter puts `decision` on
 * the request where the framework keeps such things, and then acts on `type`. `decision` is undefined only for a
 * concurrency limit.
 */
export type Admission =
  | {
      /** Let the request through. */
      readonly type: 'pass'
      readonly decision: Decision | undefined
      /** When given: to be called exactly once when the response is over. */
      readonly departed: Departed | undefined
    }
  | {
      /** Send `response` and do not call the handler. */
      readonly type: 'deny'
      readonly decision: Decision | undefined
      readonly response: HttpResponse
    }
  | {
      /** The app's own `onDenied` has been called and answers; do not call the handler. `result` is what it returned (awaited). */
      readonly type: 'answered'
      readonly decision: Decision | undefined
      readonly result: unknown
    }

/**
 * `status` as sent, undefined when none was; `completed` false when the client left or the handler failed before the end.
 * Never throws; calling it again does nothing.
 */
export type Departed = (status: number | undefined, completed: boolean) => void
