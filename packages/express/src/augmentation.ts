/** What forebay adds to Express's request. */
import type { Decision } from '@forebay/core'

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the way in which Express's types are added to
  namespace Express {
    interface Request {
      /** What `rateLimit` decided for this request: of several limiters, the latest. */
      rateLimit?: Decision
    }
  }
}
