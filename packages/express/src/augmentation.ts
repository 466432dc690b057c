/** What forebay adds to Express's request. */
import type { Decision } from '@forebay/core'

/** Exported so that whoever imports the package has what is declared here. */
export type RateLimitedRequest = Express.Request

declare global {
  namespace Express {
    interface Request {
      /** What `rateLimit` decided for this request: of several limiters, the latest. */
      rateLimit?: Decision
    }
  }
}
