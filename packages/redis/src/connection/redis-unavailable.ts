/** Redis did not answer, or is known not to: what a command then rejects with. */
import { ForebayError } from '@forebay/core'

export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable'
}

export function unavailable(reason: string, cause: unknown): RedisUnavailable {
  return new RedisUnavailable(`Redis is not available: ${reason}`, { cause })
}

export function closed(): ForebayError {
  return new ForebayError('FOREBAY_CLOSED', 'The Redis backend is closed.')
}
