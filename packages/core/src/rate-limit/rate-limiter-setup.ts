/** What a rate limiter is made of: everything is given to the constructor, checked already. */
import type { Backend } from '../ports/backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { BlockRule, Charge } from '../ports/rate-limit-store.ts'

/** What to do while the backend does not answer. */
export type OnBackendError = 'local' | 'open' | 'closed'

export interface RateLimiterSetup<Changes> {
  readonly name: string
  /** The group that `consume` and the like count in. */
  readonly group: string
  /** What a call is charged unless it says otherwise; the policies are frozen. */
  readonly charges: readonly Charge[]
  /** The charges after `update(changes)`; throws a `ForebayError` for changes that are not accepted. */
  readonly changed: (changes: Changes) => readonly Charge[]
  readonly block: BlockRule | undefined
  readonly mode: 'enforce' | 'shadow'
  readonly backend: Backend
  readonly onBackendError: OnBackendError
  readonly timeoutMs: number
  /** Among how many processes the quota is divided while each limits by itself. */
  readonly expectedNodes: number
  readonly logger: Logger
}
